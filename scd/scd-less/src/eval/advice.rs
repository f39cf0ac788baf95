//! What to do about an error of evaluation whose place knows nothing better.

use crate::options::Dialect;

/// Parts of messages, in which dialect they mean this (both if there is none), and the advice. The first row that fits counts.
const ROWS: [(&str, Option<Dialect>, &str); 47] = [
    (
        "Division by zero",
        None,
        "less.php raises a PHP error here, which ends the whole deployment; guard the divisor or escape the value as `~\"…\"`",
    ),
    (
        "Modulo by zero",
        None,
        "less.php raises a PHP error here, which ends the whole deployment; guard the divisor or escape the value as `~\"…\"`",
    ),
    (
        "Operation on an invalid type",
        Some(Dialect::V5),
        "arithmetic works on numbers and colours only, and division in parentheses only; escape other values as `~\"…\"`",
    ),
    ("Operation on an invalid type", None, ARITHMETIC),
    ("Less_Tree_Call::$unit", None, ARITHMETIC),
    (
        "Unsupported operand types",
        None,
        "numbers and colours have a negative only; escape other values as `~\"-…\"`",
    ),
    (
        "function `clamp`",
        Some(Dialect::V3),
        "less.php 3 takes `clamp()` for a function of its own; escape it as `~\"clamp(…)\"`",
    ),
    (
        "holds no detached ruleset",
        None,
        "`@name();` calls a block `@name: { … };`, in less.php 3 one that is not empty; a value is used without `()`",
    ),
    (
        "Could not evaluate variable call",
        None,
        "`@name();` and `@name[…]` need a block `@name: { … };`; a value is used without them",
    ),
    (
        "Recursive variable definition",
        None,
        "a variable cannot use its own name, also not through others; give the new value another name",
    ),
    (
        "Recursive property reference",
        None,
        "a property cannot use its own value, also not through others; put the value into a variable",
    ),
    (
        "ncompatible",
        None,
        "convert one of the values, or remove its unit with `unit()`",
    ),
    (
        "properties must be inside selector blocks",
        None,
        "write a selector around the declaration, or call the mixin that brings it inside one",
    ),
    (
        "only allowed in parametric mixin guards",
        None,
        "`default()` can be asked in the guard of a mixin with parameters only, not in that of a selector",
    ),
    (
        "Ambiguous use of `default()`",
        None,
        "several definitions with `default()` in their guards take these arguments; let one of them ask for something else",
    ),
    (
        "Unable to perform comparison",
        None,
        "numbers, colours, keywords and strings can be compared; compare what is inside of other values",
    ),
    (
        "Rulesets cannot be evaluated on a property",
        None,
        "a detached ruleset is called by a statement of its own, `@name();`",
    ),
    (
        "expects three parameters",
        None,
        "the newer forms of CSS colours must be escaped as `~\"rgb(…)\"`",
    ),
    (
        "must be a color keyword",
        None,
        "`color()` takes strings as `\"#f60\"` and names of colours",
    ),
    (
        "must be a color",
        None,
        "an argument is a keyword, string or number, or missing; `color(\"#f60\")` makes a colour of a string",
    ),
    (
        "argument must be a string",
        None,
        "what is a colour already needs no `color()`",
    ),
    (
        "must be a percentage",
        None,
        "the amount is missing or no number; write it as `10%`",
    ),
    (
        "functions take numbers as parameters",
        Some(Dialect::V5),
        "an argument is no number; divisions are computed in parentheses only, and a call for the browser is escaped as `~\"…\"`",
    ),
    (
        "functions take numbers as parameters",
        None,
        "an argument is no number; a call for the browser is escaped as `~\"…\"`",
    ),
    (
        "must be a number",
        None,
        "an argument is a keyword, string or colour; remove the call, or escape it as `~\"…\"`",
    ),
    (
        "Less_Tree_Operation::$",
        None,
        "less.php 5 computes divisions in parentheses only; write `(1 / 4)`",
    ),
    (
        "function `%` Warning",
        Some(Dialect::V3),
        "`%()` takes a string and values to put into it; write colours and lists into the string as `@{name}`",
    ),
    (
        "function `%`: Warning",
        None,
        "`%()` takes a string and values to put into it; write colours and lists into the string as `@{name}`",
    ),
    (
        "Invalid % without number",
        None,
        "`%` stands behind numbers; escape the value as `~\"…\"`",
    ),
    (
        "explode(): Passing null",
        None,
        "the file is not there; it is looked for beside the file that names it",
    ),
    (
        "Implicit conversion from float",
        None,
        "the function works on whole numbers; use `round()` on its arguments",
    ),
    (
        "preg_replace()",
        None,
        "the pattern is a regular expression; signs that mean themselves need `\\\\` before them",
    ),
    (
        "Too few arguments to function",
        None,
        "the call lacks arguments; less.php raises a PHP error here, which ends the whole deployment",
    ),
    (
        "func_get_arg()",
        None,
        "the call lacks arguments; less.php raises a PHP error here, which ends the whole deployment",
    ),
    (
        "one or more arguments required",
        None,
        "give it at least one number, or escape the call as `~\"…\"`",
    ),
    (
        "svg-gradient direction",
        None,
        "write one of these directions, or a gradient of CSS such as `linear-gradient()`",
    ),
    (
        "property \"index\" on string",
        None,
        "less.php 5 fails where a value that ends in `!important` is used; write `!important` where the value is used",
    ),
    (
        "compile() on null",
        None,
        "the variable has no value; an empty one is written `~\"\"`",
    ),
    (
        "Less_Tree_Keyword could not be converted to string",
        None,
        "the name of an attribute cannot be a variable; put the whole selector into one and write `@{name}`",
    ),
    (
        "property \"type\" on float",
        None,
        "`number()` is an inner function of less.php; escape the call as `~\"number(…)\"`",
    ),
    (
        "expected condition",
        None,
        "`if()` takes a condition, a value and a value for the other case: `if((@a > 1), 1px, 2px)`",
    ),
    (
        "cannot be extended",
        None,
        "put the value of the attribute into quotes",
    ),
    (
        "expected a media query",
        None,
        "write a query as in `@media print { … }`, or remove the rule around its content",
    ),
    (
        "Array to string conversion",
        None,
        "a merged property (`+:` or `+_:`) cannot be looked up; look up a variable",
    ),
    (
        "property '",
        None,
        "no declaration of that name stands in a block around this place",
    ),
    (
        "function `svg-gradient`",
        None,
        "write the colours one by one, each but the first and last with its position: `red, green 50%, blue`",
    ),
    (
        " not found",
        Some(Dialect::V5),
        "`[name]` finds a declaration `name: …` of the block, `[@name]` a variable in it",
    ),
];

const ARITHMETIC: &str = "arithmetic works on numbers and colours only; escape values with `var()` or `calc()` as `~\"…\"`";

/// The advice on an error, told from its message.
pub(super) fn advice(message: &str, dialect: Dialect) -> Option<String> {
    let row = ROWS.iter().find(|(part, of_dialect, _)| {
        of_dialect.is_none_or(|of_dialect| of_dialect == dialect) && message.contains(part)
    });
    row.map(|(_, _, advice)| (*advice).to_owned())
}

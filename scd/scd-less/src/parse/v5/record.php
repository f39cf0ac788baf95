<?php
/**
 * Records what less.php makes of the inputs in cases.tsv: the tree in the form of outline.rs, or the message.
 *
 * SCD_LESSPHP5=/path/to/wikimedia/less.php php record.php
 *
 * Adding a case: append a line with the input, \n, \r, \t, \f, \v, \0 and \\ escaped, and run this.
 */
require __DIR__ . '/../../../tests/lessphp.php';
load( directory( 'SCD_LESSPHP5', 'wikimedia/less.php' ) );
error_reporting( E_ALL & ~E_WARNING & ~E_DEPRECATED & ~E_NOTICE );
class P extends Less_Parser { function rules(){ return $this->rules; } }
function q($s){ return json_encode((string)$s, JSON_UNESCAPED_SLASHES|JSON_INVALID_UTF8_SUBSTITUTE|JSON_UNESCAPED_UNICODE); }
function lst($a){ $r=[]; foreach($a as $x) $r[]=e($x); return '['.implode(' ',$r).']'; }
function op($o){ return $o->parensInOp ? '!' : ''; }
function name1($n){ // lookups
  return q($n===''?'':(($n[0]==='@'||$n[0]==='$')?$n:'$'.$n)); }
function cond($c){
  if ($c===null) return '(missing)';
  if (!($c instanceof Less_Tree_Condition)) return '(?cond '.e($c).')';
  if ($c->op==='and'||$c->op==='or') { $s='('.$c->op.' '.cond($c->lvalue).' '.cond($c->rvalue).')'; return $c->negate?"(not $s)":$s; }
  return '(cmp '.($c->op==='=<'?'<=':$c->op).' '.e($c->lvalue).' '.e($c->rvalue).' '.($c->negate?'neg':'').' @'.$c->index.')';
}
function sel($s){
  $r=[]; foreach($s->elements as $el){ $v=$el->value;
    if (is_string($v)) $d = $v==='&' ? '&' : q($v);
    elseif ($v instanceof Less_Tree_Variable) $d=e($v);
    elseif ($v instanceof Less_Tree_Attribute) $d='[attr '.(is_string($v->key)?q($v->key):e($v->key)).' '.($v->op===null?'-':q($v->op)).' '.($v->value===null?'-':(is_string($v->value)?q($v->value):e($v->value))).']';
    elseif ($v instanceof Less_Tree_Paren) $d='(paren '.sel($v->value).')';
    else $d='?'.get_class($v);
    $r[]=q($el->combinator).$d; }
  $tok = $s->_oelements_len===null ? 'none' : implode('|',$s->_oelements);
  return '{'.implode(' ',$r).' T:'.$tok.($s->extendList?' X'.lst($s->extendList):'').($s->condition?' when '.cond($s->condition):'').'}';
}
function arg($a){ return (isset($a['name'])?$a['name'].':':'').(isset($a['value'])?e($a['value']):'-').(!empty($a['expand'])?'...':'').(!empty($a['variadic'])?'***':''); }
function e($n){
  if ($n===null) return 'null';
  if (is_string($n)) return '(str '.q($n).')';
  switch (get_class($n)) {
    case 'Less_Tree_Comment': return '(comment '.($n->isLineComment?'//':'').' '.q($n->value).')';
    case 'Less_Tree_Declaration':
      $name = is_string($n->name) ? q($n->name) : (count($n->name)===1 && $n->name[0] instanceof Less_Tree_Keyword ? q($n->name[0]->value) : lst($n->name));
      return '(decl '.$name.' '.e($n->value).' '.($n->important?'imp':'').' '.($n->merge?:'').' @'.$n->index.')';
    case 'Less_Tree_Ruleset': return '(ruleset '.($n->selectors===null?'':implode(' ',array_map('sel',$n->selectors))).' '.lst($n->rules).')';
    case 'Less_Tree_Mixin_Definition': return '(def '.q($n->name).' T:'.implode('|',$n->selectors[0]->_oelements).' ('.implode(', ',array_map('arg',$n->params)).') '.($n->variadic?'variadic':'').' '.($n->condition?cond($n->condition):'').' '.lst($n->rules).')';
    case 'Less_Tree_Mixin_Call': $p=[]; foreach($n->selector->elements as $x) $p[]=q($x->value);
      return '(call '.implode(' ',$p).' '.q($n->selector->toCSS()).' ('.implode(', ',array_map('arg',$n->arguments)).') '.($n->important?'imp':'').' @'.$n->index.')';
    case 'Less_Tree_VariableCall': $r=new ReflectionProperty($n,'index'); $r->setAccessible(true); return '(varcall '.q($n->variable).' @'.$r->getValue($n).')';
    case 'Less_Tree_NamespaceValue': return '(ns '.e($n->value).' '.implode(' ',array_map('name1',$n->lookups??[])).' @'.($n->index??'-').')';
    case 'Less_Tree_Import': $o=$n->options; return '(import '.e($n->path).' '.($n->features?e($n->features):'').' less='.json_encode($o['less']??null).' multiple='.json_encode($o['multiple']).' '.($o['inline']?'inline ':'').(!empty($o['reference'])?'reference ':'').($o['optional']?'optional ':'').')';
    case 'Less_Tree_Media': return '(media '.e($n->features).' '.lst($n->rules[0]->rules).')';
    case 'Less_Tree_AtRule': return '(at '.q($n->name).' '.($n->value?e($n->value):'-').' '.($n->rules?lst($n->rules[0]->rules):'-').' '.($n->isRooted?'rooted':'').' @'.$n->index.')';
    case 'Less_Tree_Extend': return '(extend '.sel($n->selector).' '.($n->option==='all'?'all':'').')';
    case 'Less_Tree_Value': if (!is_array($n->value)) return '(comma [])'; return count($n->value)===1 ? e($n->value[0]) : '(comma '.lst($n->value).')';
    case 'Less_Tree_Expression': if ($n->parens) return '(sum'.op($n).' '.e($n->value[0]).')'; if (!$n->noSpacing && count($n->value)===1) return e($n->value[0]); return ($n->noSpacing?'(joined ':'(space ').lst($n->value).')';
    case 'Less_Tree_Dimension': return '(num '.bin2hex(pack('E',$n->value)).' '.implode('',$n->unit->numerator).')';
    case 'Less_Tree_Color': return $n->value[0]==='#' ? '(hex '.q(substr($n->value,1)).')' : '(color '.q($n->value).')';
    case 'Less_Tree_Quoted':
      if ($n->variableRegex==='/@([\w-]+)/') return '(loose '.q($n->value).' @'.$n->index.')';
      if ($n->quote===null) return '(alpha '.q($n->value).')';
      return '(quoted '.$n->quote.' '.q($n->value).' '.($n->escaped?'esc':'').' @'.$n->index.')';
    case 'Less_Tree_UnicodeDescriptor': return '(unicode '.q($n->value).')';
    case 'Less_Tree_Keyword': return '(kw '.q($n->value).')';
    case 'Less_Tree_Anonymous': return $n->value instanceof Less_Tree ? e($n->value) : '(anon '.q($n->value).')';
    case 'Less_Tree_JavaScript': return '(js)';
    case 'Less_Tree_Variable': return '(var '.q($n->name).' @'.$n->index.')';
    case 'Less_Tree_Property': return '(prop '.q($n->name).' @'.$n->index.')';
    case 'Less_Tree_Condition': return cond($n);
    case 'Less_Tree_Url': return '(url '.e($n->value).')';
    case 'Less_Tree_Call': return '(fn '.q($n->name).' '.lst($n->args).' @'.$n->index.')';
    case 'Less_Tree_Assignment': return '(assign '.q($n->key).' '.e($n->value).')';
    case 'Less_Tree_Operation': return '(op '.$n->op.' '.e($n->operands[0]).' '.e($n->operands[1]).' '.($n->isSpaced?'sp':'').')';
    case 'Less_Tree_Negative': return '(neg '.e($n->value).')';
    case 'Less_Tree_DetachedRuleset': return '(detached '.e($n->ruleset).')';
    case 'Less_Tree_Paren': $v=$n->value; if ($v instanceof Less_Tree_Declaration) return '(named '.q($v->name).' '.e($v->value).')'; return '(paren '.e($v).')';
  }
  return '(?'.get_class($n).')';
}

const ESCAPES = [ '\\' => '\\\\', "\n" => '\n', "\r" => '\r', "\t" => '\t', "\f" => '\f', "\v" => '\v', "\0" => '\0' ];
$lines = [];
foreach ( file( __DIR__ . '/cases.tsv', FILE_IGNORE_NEW_LINES ) as $line ) {
	$written = explode( "\t", $line )[0];
	if ( $written === '' ) {
		continue;
	}
	$input = strtr( $written, array_flip( ESCAPES ) );
	try {
		$parser = new P( [ 'compress' => false ] );
		$parser->parse( $input );
		$outcome = lst( $parser->rules() );
	} catch ( Less_Exception_Parser $e ) {
		$message = $e->getMessage();
		if ( $e->finalMessage !== '' && str_ends_with( $message, $e->finalMessage ) ) {
			$message = substr( $message, 0, -strlen( $e->finalMessage ) );
		}
		// In messages about a pattern the compiler has words of its own.
		$message = preg_replace(
			[ '~^expected \'/\\\\G\\\\?([);])/\' got~', '~^expected \'/\\\\G\(\?:\[_A-Z.*~' ],
			[ "Expected '$1' got", 'expected the name of an attribute behind `[`' ], $message );
		$outcome = "error $e->index $message";
	} catch ( Error $e ) {
		$outcome = 'fatal ' . $e->getMessage();
	}
	$lines[] = "$written\t$outcome\n";
}
file_put_contents( __DIR__ . '/cases.tsv', implode( '', $lines ) );

//! Links the program to a fixed place in memory. Otherwise every start writes 42,000 addresses into ten megabytes of tables of the
//! JavaScript and CSS parsers, which takes 10 ms, a sixth of a deploy that finds nothing to do. What is given up is a random
//! address for code in which nothing is unsafe; stack, heap and libraries keep theirs.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |what: &str, wanted: &str| std::env::var(what).is_ok_and(|found| found == wanted);
    if is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        && is("CARGO_CFG_TARGET_ARCH", "x86_64")
    {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}

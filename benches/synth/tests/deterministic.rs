//! Equal seeds give equal shops, and larger shops hold the smaller ones.

use std::collections::BTreeMap;

use scd_synth::{Shape, files};

const SMALL: Shape = Shape {
    seed: 7,
    modules: 60,
    themes: 6,
    locales: 3,
};

fn shop(shape: &Shape) -> BTreeMap<String, Vec<u8>> {
    let mut shop = BTreeMap::new();
    files(shape, &mut |path, bytes| {
        assert!(
            shop.insert(path.to_owned(), bytes.to_vec()).is_none(),
            "`{path}` is made twice"
        );
        Ok(())
    })
    .unwrap();
    shop
}

#[test]
fn equal_seeds_give_equal_bytes_and_others_do_not() {
    let one = shop(&SMALL);
    assert_eq!(one, shop(&SMALL));
    assert_ne!(one, shop(&Shape { seed: 8, ..SMALL }));
    // So that figures of different days can be compared: whoever changes the generator changes this.
    let mut hasher = blake3::Hasher::new();
    for (path, bytes) in &one {
        hasher
            .update(path.as_bytes())
            .update(&[0])
            .update(bytes)
            .update(&[0]);
    }
    assert_eq!(hasher.finalize().to_hex()[..16], *"7bd799dcf427141d");
}

#[test]
fn a_larger_shop_holds_the_smaller_one() {
    let small = shop(&SMALL);
    let large = shop(&Shape {
        themes: 12,
        ..SMALL
    });
    for (path, bytes) in &small {
        let is_list = path == "app/etc/config.php";
        assert!(
            is_list || large.get(path) == Some(bytes),
            "`{path}` differs"
        );
    }
}

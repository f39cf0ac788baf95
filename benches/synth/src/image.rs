//! Images and fonts: right beginnings and meaningless bodies. Nothing decodes them.

use crate::random::Random;

/// The bytes of an image or a font of that extension.
pub(crate) fn bytes(random: &mut Random, extension: &str) -> Vec<u8> {
    match extension {
        "svg" => svg(random),
        "png" => body(
            random,
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x06\0\0\0",
            200,
            12_000,
        ),
        "gif" => body(random, b"GIF89a\x10\0\x10\0", 80, 2_000),
        "jpg" => body(random, b"\xff\xd8\xff\xe0\0\x10JFIF\0", 2_000, 40_000),
        _ => body(random, b"wOF2\0\x01\0\0", 8_000, 60_000),
    }
}

fn body(random: &mut Random, start: &[u8], low: usize, high: usize) -> Vec<u8> {
    let size = random.skewed(low, high);
    let mut bytes = start.to_vec();
    while bytes.len() < size {
        bytes.extend_from_slice(&random.next().to_le_bytes());
    }
    bytes
}

fn svg(random: &mut Random) -> Vec<u8> {
    let mut text =
        String::from("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\">\n");
    for _ in 0..random.between(2, 12) {
        let mut point = || random.between(0, 32);
        text += &format!(
            "    <path d=\"M{} {}L{} {}z\"/>\n",
            point(),
            point(),
            point(),
            point()
        );
    }
    (text + "</svg>\n").into_bytes()
}

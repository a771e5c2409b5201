//! A practice's colour, made safe: whatever colour it chose, text on it and links in it stay readable (WCAG 2.2, 1.4.3).
//! Pure. The properties are those named at the head of `assets/style.css`.

type Rgb = [f64; 3];

/// The darkest light surface and the lightest dark one that links stand on (style.css: --floor, --sunk).
const LIGHT_FLOOR: Rgb = [214.0, 219.0, 206.0];
const DARK_FLOOR: Rgb = [37.0, 50.0, 46.0];
const WHITE: Rgb = [255.0; 3];
const BLACK: Rgb = [0.0; 3];
const ENOUGH: f64 = 4.5;

/// The style sheet for one colour, `#rrggbb`; anything else gives the product's own.
pub fn style(colour: &str) -> String {
    let brand = parse(colour).unwrap_or([28.0, 92.0, 84.0]);
    let text = towards(brand, BLACK, LIGHT_FLOOR);
    let dark = towards(brand, WHITE, DARK_FLOOR);
    format!(
        ":root{{--brand:{};--brand-ink:{};--brand-text:{};--brand-dark:{};--brand-dark-ink:{}}}\n",
        hex(brand),
        hex(ink_on(brand)),
        hex(text),
        hex(dark),
        hex(ink_on(dark))
    )
}

/// Whether a text is a colour that [`style`] will use.
pub fn is_colour(colour: &str) -> bool {
    parse(colour).is_some()
}

fn parse(colour: &str) -> Option<Rgb> {
    let digits = colour.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok().map(f64::from);
    Some([part(0)?, part(2)?, part(4)?])
}

/// The colour, moved step by step towards an end until it stands out enough on a surface.
fn towards(mut colour: Rgb, end: Rgb, surface: Rgb) -> Rgb {
    for _ in 0..40 {
        if contrast(colour, surface) >= ENOUGH {
            break;
        }
        for (part, goal) in colour.iter_mut().zip(end) {
            *part += (goal - *part) * 0.08;
        }
    }
    colour
}

fn ink_on(colour: Rgb) -> Rgb {
    if contrast(WHITE, colour) >= contrast(BLACK, colour) { WHITE } else { BLACK }
}

/// WCAG 2.2, "contrast ratio".
fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// WCAG 2.2, "relative luminance".
fn luminance(colour: Rgb) -> f64 {
    let [r, g, b] = colour.map(|part| {
        let part = part / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn hex(colour: Rgb) -> String {
    let [r, g, b] = colour.map(|part| part.round().clamp(0.0, 255.0));
    format!("#{r:02x}{g:02x}{b:02x}", r = Byte(r), g = Byte(g), b = Byte(b))
}

/// A colour part already rounded into 0 to 255, printed as two hexadecimal digits.
struct Byte(f64);

impl std::fmt::LowerHex for Byte {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let whole = (0..=255_u8).find(|byte| f64::from(*byte) >= self.0).unwrap_or(255);
        std::fmt::LowerHex::fmt(&whole, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_colour_stays_readable() {
        for colour in ["#ffff00", "#000000", "#ffffff", "#7f7f7f", "#1c5c54", "#ff0088", "#0000ff"] {
            let brand = parse(colour).unwrap();
            assert!(contrast(ink_on(brand), brand) >= ENOUGH, "{colour}");
            assert!(contrast(towards(brand, BLACK, LIGHT_FLOOR), LIGHT_FLOOR) >= ENOUGH, "{colour}");
            assert!(contrast(towards(brand, WHITE, DARK_FLOOR), DARK_FLOOR) >= ENOUGH, "{colour}");
        }
        assert!(style("#1c5c54").starts_with(":root{--brand:#1c5c54;--brand-ink:#ffffff;"));
    }

    #[test]
    fn nothing_but_a_colour_gets_in() {
        for bad in ["red", "#fff", "#12345g", "url(x)", "#éé11", "}body{x:y"] {
            assert!(!is_colour(bad), "{bad}");
        }
    }
}

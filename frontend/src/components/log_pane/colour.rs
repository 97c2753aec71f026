//! Colours that a program asks for by number, kept readable on every surface. Pure.

use std::fmt;

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// The surfaces that a log is drawn on, `--log-surface` in the light and the dark theme.
pub const LIGHT: Rgb = Rgb(250, 250, 251);
pub const DARK: Rgb = Rgb(11, 12, 14);

/// WCAG AA asks for 4.5; rows under the pointer are a little darker than the surface.
const LEAST_CONTRAST: f64 = 5.0;
const BLACK: Rgb = Rgb(0, 0, 0);
const WHITE: Rgb = Rgb(255, 255, 255);

/// xterm's first sixteen colours.
const BASIC: [Rgb; 16] = [
    BLACK,
    Rgb(205, 0, 0),
    Rgb(0, 205, 0),
    Rgb(205, 205, 0),
    Rgb(0, 0, 238),
    Rgb(205, 0, 205),
    Rgb(0, 205, 205),
    Rgb(229, 229, 229),
    Rgb(127, 127, 127),
    Rgb(255, 0, 0),
    Rgb(0, 255, 0),
    Rgb(255, 255, 0),
    Rgb(92, 92, 255),
    Rgb(255, 0, 255),
    Rgb(0, 255, 255),
    WHITE,
];

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rgb({} {} {})", self.0, self.1, self.2)
    }
}

impl Rgb {
    /// A colour of xterm's palette: sixteen basic ones, a cube of 6×6×6, and 24 greys.
    pub fn of_palette(n: u8) -> Self {
        let level = |step: u8| if step == 0 { 0 } else { 55 + step * 40 };
        match n {
            0..16 => BASIC[usize::from(n)],
            16..232 => Self(level((n - 16) / 36), level((n - 16) / 6 % 6), level((n - 16) % 6)),
            232.. => {
                let grey = 8 + (n - 232) * 10;
                Self(grey, grey, grey)
            }
        }
    }

    /// This colour, moved towards black or white until it can be read on `ground`.
    pub fn readable_on(self, ground: Self) -> Self {
        let target = if ground.contrast(WHITE) > ground.contrast(BLACK) { WHITE } else { BLACK };
        (0..=20)
            .map(|step| self.mixed(target, f64::from(step) / 20.0))
            .find(|colour| colour.contrast(ground) >= LEAST_CONTRAST)
            .unwrap_or(target)
    }

    /// Black or white, whichever stands out more on this colour.
    pub fn text_on(self) -> Self {
        if self.contrast(WHITE) > self.contrast(BLACK) { WHITE } else { BLACK }
    }

    fn mixed(self, other: Self, part: f64) -> Self {
        // The mean of two bytes is a byte.
        let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round() as u8;
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Relative luminance as in WCAG 2.
    fn luminance(self) -> f64 {
        let linear = |byte: u8| {
            let part = f64::from(byte) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn palette_has_a_cube_and_greys() {
        assert_eq!(Rgb::of_palette(208), Rgb(255, 135, 0));
        assert_eq!(Rgb::of_palette(231), WHITE);
        assert_eq!((Rgb::of_palette(232), Rgb::of_palette(255)), (Rgb(8, 8, 8), Rgb(238, 238, 238)));
    }

    #[test]
    fn every_colour_is_readable_on_every_ground() {
        for colour in (0..=255).map(Rgb::of_palette) {
            for ground in [LIGHT, DARK].into_iter().chain([1, 3, 9, 15, 100, 208, 240].map(Rgb::of_palette)) {
                let shown = colour.readable_on(ground);
                assert!(shown.contrast(ground) >= 4.5, "{colour} on {ground} is {shown}");
            }
        }
    }

    #[test]
    fn keeps_a_colour_that_can_be_read() {
        assert_eq!(Rgb(255, 135, 0).readable_on(DARK), Rgb(255, 135, 0));
        assert_eq!(Rgb(0, 0, 120).readable_on(LIGHT), Rgb(0, 0, 120));
    }
}

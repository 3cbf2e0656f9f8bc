//! Numbers on screen: few digits, powers of ten, and places of ticks.

/// Significant digits of read-outs and fields.
pub const DIGITS: usize = 4;

/// `value` with `digits` significant digits, without trailing zeros: "0.25", "−1.5", "3.2×10⁻⁵", "∞".
pub fn number(value: f64, digits: usize) -> String {
    let digits = digits.max(1);
    if value.is_nan() {
        return "undefined".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "−∞" }.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    // Rounding may carry into the next decade (9.9996 → 10.00), so the exponent is read off the rounded number.
    let rounded = format!("{:.*e}", digits - 1, value.abs());
    let (mantissa, exponent) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if value < 0.0 { "−" } else { "" };
    if (-3..5).contains(&exponent) {
        let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
        // Digits of whole numbers beyond the significant ones are shown as they are: 12346, not 12350.
        format!("{sign}{}", trimmed(&format!("{:.decimals$}", value.abs())))
    } else {
        let mantissa = trimmed(mantissa);
        let power = power_of_ten(exponent);
        if mantissa == "1" { format!("{sign}{power}") } else { format!("{sign}{mantissa}×{power}") }
    }
}

/// A measured value with its standard error, both to the first digit of the error, or to its second where it rounds to 1:
/// "0.48 ± 0.02", "0.483 ± 0.012". Without a positive error, three digits of the value alone.
pub fn with_error(value: f64, error: f64) -> String {
    if !(error.is_finite() && error > 0.0 && value.is_finite()) {
        return number(value, 3);
    }
    // Read off the rounded number, which may have carried into the next decade.
    let rounded = format!("{error:.0e}");
    let (digit, exponent) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let decimals = if digit == "1" { 1 - exponent } else { -exponent };
    if decimals > 6 {
        return format!("{} ± {}", number(value, 3), number(error, 1));
    }
    let unit = 10f64.powi(-decimals);
    let text = |v: f64| format!("{:.*}", decimals.max(0) as usize, (v / unit).round() * unit);
    let sign = if value < 0.0 && text(value).bytes().any(|byte| (b'1'..=b'9').contains(&byte)) { "−" } else { "" };
    format!("{sign}{} ± {}", text(value.abs()), text(error))
}

/// `value` with exactly `digits` significant digits, so that a changing read-out keeps its width.
pub fn steady(value: f64, digits: usize) -> String {
    let digits = digits.max(1);
    let magnitude = value.abs();
    if value == 0.0 || !value.is_finite() || !(1e-3..1e5).contains(&magnitude) {
        return number(value, digits);
    }
    let exponent = magnitude.log10().floor() as i32;
    let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
    format!("{}{magnitude:.decimals$}", if value < 0.0 { "−" } else { "" })
}

/// "10⁻³".
pub fn power_of_ten(exponent: i32) -> String {
    let mut text = "10".to_owned();
    if exponent < 0 {
        text.push('⁻');
    }
    for digit in exponent.unsigned_abs().to_string().bytes() {
        text.push(['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][usize::from(digit - b'0')]);
    }
    text
}

/// Reads what a person typed or [`number`] wrote: "0.5", "1e-3", "−2", "3×10^-4", "2·10⁻⁴". Only finite numbers.
pub fn parse(text: &str) -> Option<f64> {
    let mut plain = String::with_capacity(text.len() + 1);
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        let superscript = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻".chars().position(|raised| raised == c);
        if superscript.is_some() && !plain.contains('^') {
            plain.push('^');
        }
        match superscript {
            Some(10) => plain.push('-'),
            Some(digit) => plain.push(char::from(b'0' + digit as u8)),
            None if c == '−' => plain.push('-'),
            None => plain.push(c),
        }
    }
    if let Some((mantissa, exponent)) = plain.split_once("10^") {
        let mantissa = match mantissa.trim_end_matches(['×', '·', '*']) {
            "" => "1",
            "-" => "-1",
            mantissa => mantissa,
        };
        plain = format!("{mantissa}e{exponent}");
    }
    plain.parse().ok().filter(|value: &f64| value.is_finite())
}

fn trimmed(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// Round places within `range` (either order) that cut it into at most `most` whole steps of 1, 2 or 5 times a power of
/// ten.
pub fn ticks_linear(range: [f64; 2], most: usize) -> Vec<f64> {
    let [low, high] = ordered(range);
    let span = high - low;
    if most == 0 || !span.is_finite() || span <= 0.0 {
        return Vec::new();
    }
    let least = span / most as f64;
    let decade = 10f64.powf(least.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|s| s * decade).into_iter().find(|&s| s >= least * (1.0 - 1e-9));
    let step = step.unwrap_or(10.0 * decade);
    let slack = 1e-9 * span;
    let first = ((low - slack) / step).ceil();
    (0..=most + 1)
        .map(|i| (first + i as f64) * step)
        .take_while(|&tick| tick <= high + slack)
        // Adding 0 turns −0 into 0.
        .map(|tick| if tick.abs() < 1e-9 * span { 0.0 } else { tick })
        .collect()
}

/// Powers of ten within `range` (positive, either order), at most `most` of them; where the range holds fewer than two
/// powers, round numbers as in [`ticks_linear`].
pub fn ticks_log(range: [f64; 2], most: usize) -> Vec<f64> {
    let [low, high] = ordered(range);
    if most == 0 || low <= 0.0 || !high.is_finite() || high <= low {
        return Vec::new();
    }
    let first = (low.log10() - 1e-9).ceil() as i32;
    let last = (high.log10() + 1e-9).floor() as i32;
    if last <= first {
        return ticks_linear(range, most);
    }
    let count = (last - first + 1) as usize;
    let stride = count.div_ceil(most).max(1);
    (first..=last).step_by(stride).map(|exponent| 10f64.powi(exponent)).collect()
}

fn ordered([a, b]: [f64; 2]) -> [f64; 2] {
    if a <= b { [a, b] } else { [b, a] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_how_many_digits_count() {
        for (value, error, text) in [
            (0.4831, 0.0213, "0.48 ± 0.02"),
            (0.4831, 0.0123, "0.483 ± 0.012"),
            (0.4831, 0.0096, "0.483 ± 0.010"),
            (0.4831, 0.096, "0.48 ± 0.10"),
            (-0.5, 0.3, "−0.5 ± 0.3"),
            (-0.001, 0.3, "0.0 ± 0.3"),
            (1234.0, 30.0, "1230 ± 30"),
            (0.5, 0.0, "0.5"),
            (0.5, f64::NAN, "0.5"),
            (0.5, 3e-9, "0.5 ± 3×10⁻⁹"),
        ] {
            assert_eq!(with_error(value, error), text);
        }
    }

    #[test]
    fn numbers_are_short_and_exact_enough() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (0.25, "0.25"),
            (-1.5, "−1.5"),
            (std::f64::consts::PI, "3.142"),
            (9.9996, "10"),
            (12345.6, "12346"),
            (99999.9, "10⁵"),
            (1e-3, "0.001"),
            (3.2e-5, "3.2×10⁻⁵"),
            (-4.56789e12, "−4.568×10¹²"),
            (f64::INFINITY, "∞"),
            (f64::NAN, "undefined"),
        ] {
            assert_eq!(number(value, 4), text, "{value}");
        }
        assert_eq!(steady(0.5, 4), "0.5000");
        assert_eq!(steady(-12.0, 4), "−12.00");
    }

    #[test]
    fn what_is_written_can_be_read() {
        for value in [0.0, 1.0, -2.5, 3.2e-5, 1e-7, 1e5, -1e-9, -4.5e12, 80.0, 0.002] {
            let read = parse(&number(value, 4)).unwrap();
            assert!((read - value).abs() <= 1e-12 * value.abs(), "{value}: {}", number(value, 4));
        }
        assert_eq!(parse(" 1e-3 "), Some(1e-3));
        assert_eq!(parse("3*10^-4"), Some(3e-4));
        assert_eq!(parse("ten"), None);
        assert_eq!(parse("inf"), None);
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks_linear([0.0, 1.0], 5), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks_linear([3.0, -3.0], 4), [-2.0, 0.0, 2.0]);
        assert!(ticks_linear([1.0, 1.0], 5).is_empty());
        assert!(ticks_linear([0.0, f64::INFINITY], 5).is_empty());
        assert_eq!(ticks_log([1e-3, 1e2], 6), [1e-3, 1e-2, 1e-1, 1.0, 1e1, 1e2]);
        assert_eq!(ticks_log([1e-8, 1e8], 5).len(), 5);
        assert_eq!(ticks_log([2.0, 8.0], 4), [2.0, 4.0, 6.0, 8.0]);
        assert!(ticks_log([-1.0, 1.0], 4).is_empty());
    }
}

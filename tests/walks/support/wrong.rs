//! What nobody should send: wrong values and wrong bodies, each with its name.

use portico::platform::web::encode;

/// Every way in which one field can be wrong, percent-encoded.
pub fn bad_values() -> Vec<(&'static str, String)> {
    vec![
        ("empty", String::new()),
        ("blank", "+%09%0A+".into()),
        ("one character", "x".into()),
        ("a long line", "x".repeat(5_000)),
        ("wide characters", encode(&"\u{1F9FF}".repeat(300))),
        ("broken UTF-8", "%ff%fe".into()),
        ("overlong UTF-8", "%C0%AF".into()),
        ("half a surrogate", "%ED%A0%80".into()),
        ("NUL", "a%00b".into()),
        ("half an escape", "%4".into()),
        ("line breaks", "a%0D%0AX-Evil:%201".into()),
        ("turned around", encode("\u{202E}moc.elpmaxe\u{2066}@a\u{200B}")),
        ("SQL", encode("' OR '1'='1'; DROP TABLE person; --")),
        ("a template", encode("{{7331*3}}{% include \"/etc/passwd\" %}")),
        ("markup", encode("\"><script>alert(1)</script>")),
        ("a large number", "99999999999999999999999999".into()),
        ("a path", encode("//evil.example/../../etc/passwd")),
    ]
}

/// All bodies that are wrong as a whole, each with its content type.
pub fn bad_bodies(token: &str) -> Vec<(&'static str, &'static str, String)> {
    const FORM: &str = "application/x-www-form-urlencoded";
    let with = |rest: &str| format!("csrf={token}{rest}");
    vec![
        ("nothing but the token", FORM, with("")),
        ("nothing at all", FORM, String::new()),
        ("a field twice", FORM, with("&email=a&email=b")),
        ("the token twice", FORM, format!("csrf={token}&csrf={token}")),
        ("a thousand fields", FORM, with(&(0..1000).map(|n| format!("&f{n}=x")).collect::<String>())),
        ("a megabyte of password", FORM, with(&format!("&password={}", "x".repeat(1 << 20)))),
        ("only separators", FORM, "&&&===&&".into()),
        ("a name with NUL", FORM, with("&a%00b=1")),
        ("JSON", "application/json", format!("{{\"csrf\":\"{token}\",\"email\":[[[[]]]]}}")),
        (
            "a file",
            "multipart/form-data; boundary=x",
            format!("--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n--x--"),
        ),
        ("plain text", "text/plain", with("")),
        ("UTF-16", "application/x-www-form-urlencoded; charset=utf-16", with("")),
        ("UTF-7", "application/x-www-form-urlencoded; charset=utf-7", with("")),
        ("no type", "", with("")),
        ("a strange type", "x/y; =;;\"", with("")),
    ]
}

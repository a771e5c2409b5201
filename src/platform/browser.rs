//! A browser's User-Agent in the words people use: "Safari on iPhone".
//! For lists and mails. No right may rest on a text the visitor can choose; a session may be refused by it.

/// Bytes of a User-Agent that are looked at.
const MAX_BYTES: usize = 512;

/// What a browser says it is; both words are proper names that no language translates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Browser {
    /// "Chrome", or empty when unknown.
    pub browser: &'static str,
    /// "Windows", or empty when unknown.
    pub system: &'static str,
}

/// The kinds of system that help pages differ by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    Windows,
    MacOs,
    Iphone,
    Ipad,
    Android,
    Linux,
    ChromeOs,
    Other,
}

/// Marks of browsers, the more special first: most name Chrome or Safari as well.
const BROWSERS: [(&str, &str); 26] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edge/", "Edge"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("OPX/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("YaBrowser/", "Yandex Browser"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("Ddg/", "DuckDuckGo"),
    ("Brave/", "Brave"),
    ("UCBrowser/", "UC Browser"),
    ("MiuiBrowser/", "Mi Browser"),
    ("HuaweiBrowser/", "Huawei Browser"),
    ("Silk/", "Silk"),
    ("GSA/", "Google app"),
    ("FBAN/", "Facebook app"),
    ("FB_IAB/", "Facebook app"),
    ("Instagram ", "Instagram app"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
];

/// Marks of systems, the more special first: an Android phone names Linux as well.
const SYSTEMS: [(&str, &str, System); 12] = [
    ("iPhone", "iPhone", System::Iphone),
    ("iPod", "iPod", System::Iphone),
    ("iPad", "iPad", System::Ipad),
    ("Android", "Android", System::Android),
    ("Windows", "Windows", System::Windows),
    ("CrOS", "ChromeOS", System::ChromeOs),
    ("Macintosh", "Mac", System::MacOs),
    ("Ubuntu", "Ubuntu", System::Linux),
    ("Fedora", "Fedora", System::Linux),
    ("Linux", "Linux", System::Linux),
    ("FreeBSD", "FreeBSD", System::Other),
    ("OpenBSD", "OpenBSD", System::Other),
];

const SAFARI: &str = "Safari";

impl Browser {
    pub const UNKNOWN: Browser = Browser { browser: "", system: "" };

    /// Reads the first 512 bytes of a User-Agent; anything at all may stand in it.
    ///
    /// An iPad in its normal mode says it is a Mac, and Brave says it is Chrome; so do we then.
    pub fn read(user_agent: &str) -> Browser {
        let text = &user_agent[..user_agent.floor_char_boundary(MAX_BYTES)];
        Browser {
            browser: browser_in(text),
            system: SYSTEMS.iter().find(|(mark, ..)| text.contains(mark)).map_or("", |(_, name, _)| name),
        }
    }

    /// The stored form, `Chrome on Windows`; the words around are not translated there.
    pub fn to_stored(self) -> String {
        format!("{} on {}", self.browser, self.system)
    }

    /// Reads [`Browser::to_stored`] back; whatever is not one of our words becomes unknown.
    pub fn from_stored(stored: &str) -> Browser {
        let (browser, system) = stored.split_once(" on ").unwrap_or(("", ""));
        let known = BROWSERS.iter().map(|(_, name)| *name).chain([SAFARI]);
        let systems = SYSTEMS.iter().map(|(_, name, _)| *name);
        Browser { browser: same_word(known, browser), system: same_word(systems, system) }
    }

    /// The kind of system, to choose the right help.
    pub fn kind(self) -> System {
        let found = SYSTEMS.iter().find(|(_, name, _)| *name == self.system);
        found.map_or(System::Other, |(.., kind)| *kind)
    }

    /// The English sentence part, "Safari on iPhone" or "an unknown browser", for logs and tests.
    pub fn in_english(self) -> String {
        match (self.browser, self.system) {
            ("", "") => "an unknown browser".to_owned(),
            ("", system) => format!("an unknown browser on {system}"),
            (browser, "") => browser.to_owned(),
            (browser, system) => format!("{browser} on {system}"),
        }
    }
}

fn browser_in(text: &str) -> &'static str {
    let marked = BROWSERS.iter().find(|(mark, _)| text.contains(mark));
    // Only Safari pairs its own name with a version of its own; in-app views leave `Version/` out.
    let safari = text.contains("Safari/") && text.contains("Version/") && !text.contains("Android");
    marked.map_or(if safari { SAFARI } else { "" }, |(_, name)| name)
}

fn same_word(words: impl Iterator<Item = &'static str>, stored: &str) -> &'static str {
    let mut words = words;
    words.find(|word| *word == stored).unwrap_or("")
}

#[cfg(test)]
mod tests;

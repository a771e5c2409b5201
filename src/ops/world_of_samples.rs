//! The fixed practices and people of the demo (decisions.md, The demo world). Only a table.

pub struct SamplePractice {
    pub slug: &'static str,
    pub region: &'static str,
    pub name: &'static str,
    pub colour: &'static str,
    pub logo: &'static [u8],
    pub country: &'static str,
    pub zone: &'static str,
    pub phone: &'static str,
    pub email: &'static str,
    pub hours: &'static str,
}

pub struct SamplePerson {
    pub practice: &'static str,
    pub kind: &'static str,
    pub role: &'static str,
    pub name: &'static str,
    pub email: &'static str,
    /// None: signs in without one.
    pub password: Option<&'static str>,
    pub mobile: Option<&'static str>,
}

pub const PRACTICES: &[SamplePractice] = &[
    SamplePractice {
        slug: "harbour-physio",
        region: "au",
        name: "Harbour Physio",
        colour: "#1c5c74",
        logo: include_bytes!("../assets/demo-harbour.png"),
        country: "AU",
        zone: "Australia/Sydney",
        phone: "+61 2 5550 1234",
        email: "desk@harbour-physio.example",
        hours: "Monday to Friday, 8 am to 6 pm",
    },
    SamplePractice {
        slug: "thames-therapy",
        region: "uk",
        name: "Thames Therapy",
        colour: "#6b3f72",
        logo: include_bytes!("../assets/demo-thames.png"),
        country: "GB",
        zone: "Europe/London",
        phone: "+44 20 7946 0123",
        email: "hello@thames-therapy.example",
        hours: "Monday to Thursday, 9 am to 7 pm",
    },
    // The operator's own people; their console stands on its own host.
    SamplePractice {
        slug: "support",
        region: "au",
        name: "Portico Support",
        colour: "#1c5c54",
        logo: include_bytes!("../assets/demo-harbour.png"),
        country: "AU",
        zone: "UTC",
        phone: "",
        email: "help@example.com",
        hours: "",
    },
];

const fn person(
    practice: &'static str,
    kind: &'static str,
    role: &'static str,
    name: &'static str,
    email: &'static str,
) -> SamplePerson {
    SamplePerson { practice, kind, role, name, email, password: None, mobile: None }
}

pub const PEOPLE: &[SamplePerson] = &[
    SamplePerson {
        password: Some("lantern-orchard-72-violin"),
        mobile: Some("+61491570156"),
        ..person("harbour-physio", "staff", "administrator", "Alex Rivera", "alex@example.com")
    },
    SamplePerson {
        password: Some("copper-kettle-meadow-19"),
        mobile: Some("+61491570157"),
        ..person("harbour-physio", "staff", "practitioner", "Sam Okafor", "sam@example.com")
    },
    SamplePerson {
        password: Some("walnut-signal-river-48"),
        mobile: Some("+447911123456"),
        ..person("thames-therapy", "staff", "practitioner", "Alex Rivera", "alex@example.com")
    },
    SamplePerson {
        mobile: Some("+61491570158"),
        ..person("harbour-physio", "client", "client", "Jo Lindqvist", "jo@example.com")
    },
    SamplePerson {
        mobile: Some("+447911123457"),
        ..person("thames-therapy", "client", "client", "Jo Lindqvist", "jo@example.com")
    },
    person("thames-therapy", "client", "client", "Robin Ashworth", "family@example.com"),
    person("thames-therapy", "client", "client", "Kim Ashworth", "family@example.com"),
    person("support", "support", "supporter", "Casey Byrne", "casey@example.com"),
    person("support", "support", "supporter", "Morgan Diaz", "morgan@example.com"),
];

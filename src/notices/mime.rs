//! From a mail's words to the bytes on the wire: addresses, headers, MIME
//! parts and the DKIM signature. No connection and no server lives here.

use std::fmt;
use std::fmt::Write as _;
use std::time::{Duration, UNIX_EPOCH};

use lettre::Address;
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey,
};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use p256::pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use sha2::{Digest, Sha256};

/// The last second of the year 9999, beyond which a Date header has no form.
const LAST_DATE: i64 = 253_402_300_799;
/// Longest stable id, so that the Message-ID line stays below 998 bytes.
const ID_LIMIT: usize = 128;
/// RFC 8017 appendix C, `rsaEncryption`.
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// RFC 8410 section 3, `id-Ed25519`.
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// A private key in RFC 8410's form is an OCTET STRING of 32 bytes.
const ED25519_HEAD: [u8; 2] = [0x04, 0x20];

/// One mail to one recipient.
#[derive(Clone)]
pub struct Mail {
    /// Local part of the Message-ID, the same for every try: 1 to 128 of
    /// letters, digits, `.`, `_` and `-`.
    pub id: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Sender's name to show instead of the configured one.
    pub from_name: Option<String>,
    /// Envelope sender that bounces go to, instead of the From address.
    pub envelope_from: Option<String>,
    /// Date header, unix seconds, 0 to the end of year 9999.
    pub date: i64,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("id", &self.id).finish_non_exhaustive()
    }
}

/// How outgoing mail is signed (RFC 6376).
#[derive(Clone)]
pub struct DkimSettings {
    pub selector: String,
    pub domain: String,
    /// RSA (PKCS#1 or PKCS#8) or Ed25519 (PKCS#8, RFC 8463), as PEM.
    pub key_pem: String,
}

impl fmt::Debug for DkimSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DkimSettings")
            .field("selector", &self.selector)
            .field("domain", &self.domain)
            .finish_non_exhaustive()
    }
}

/// Why a setting or a mail cannot be used. Names the field, never its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailProblem {
    /// The named field is not a usable mail address.
    Address(&'static str),
    /// The named field holds a line break or another control character.
    Control(&'static str),
    /// The id is empty, too long or holds other characters than allowed.
    Id,
    /// The date is before 1970 or after 9999.
    Date,
    /// The DKIM key is neither RSA nor Ed25519 in PEM.
    DkimKey,
    /// The DKIM selector or domain is not a name of the DNS.
    DkimName,
    /// Without TLS only a mail server on this machine may be used.
    PlainToNetwork,
    /// The extra root certificate cannot be read.
    RootCertificate,
    /// TLS cannot be set up with this host name.
    Tls,
    /// A user name without a password or the other way round.
    Credentials,
    /// The timeout is zero.
    Timeout,
    /// The parts do not make a message.
    Message,
}

impl fmt::Display for MailProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::Address(field) => return write!(f, "{field} is not a usable mail address"),
            Self::Control(field) => return write!(f, "{field} holds a control character"),
            Self::Id => "the message id is not usable",
            Self::Date => "the date is outside 1970 to 9999",
            Self::DkimKey => "the DKIM key is not an RSA or Ed25519 key in PEM",
            Self::DkimName => "the DKIM selector or domain is not a DNS name",
            Self::PlainToNetwork => "mail without TLS is allowed to this machine only",
            Self::RootCertificate => "the extra root certificate cannot be read",
            Self::Tls => "TLS cannot be set up for this mail server",
            Self::Credentials => "user name and password must be given together",
            Self::Timeout => "the timeout must be at least one second",
            Self::Message => "the mail cannot be composed",
        };
        f.write_str(words)
    }
}

impl std::error::Error for MailProblem {}

/// A composed mail with its envelope.
pub struct Letter {
    pub envelope_from: Address,
    pub to: Address,
    pub bytes: Vec<u8>,
}

/// Turns mails into letters from one sender.
pub struct Composer {
    from: Address,
    from_name: String,
    reply_to: Option<Address>,
    dkim: Option<DkimConfig>,
}

impl Composer {
    /// # Errors
    /// If an address, the name or the DKIM settings are not usable.
    pub fn new(
        from_address: &str,
        from_name: &str,
        reply_to: Option<&str>,
        dkim: Option<&DkimSettings>,
    ) -> Result<Self, MailProblem> {
        no_control("the sender's name", from_name)?;
        Ok(Self {
            from: address("the sender", from_address)?,
            from_name: from_name.to_owned(),
            reply_to: reply_to.map(|to| address("the reply address", to)).transpose()?,
            dkim: dkim.map(dkim_config).transpose()?,
        })
    }

    /// Composes the letter. The same mail gives the same bytes, apart from the
    /// time in a DKIM signature, so that a repeated try is the same message.
    ///
    /// # Errors
    /// If a field holds a control character or an address is not usable.
    pub fn compose(&self, mail: &Mail) -> Result<Letter, MailProblem> {
        no_control("the subject", &mail.subject)?;
        let name = mail.from_name.as_deref().unwrap_or(&self.from_name);
        no_control("the sender's name", name)?;
        let to = address("the recipient", &mail.to)?;
        let envelope_from = match &mail.envelope_from {
            Some(sender) => address("the envelope sender", sender)?,
            None => self.from.clone(),
        };
        let from = Mailbox::new(Some(name.to_owned()).filter(|n| !n.trim().is_empty()), self.from.clone());
        let mut builder = Message::builder()
            .from(from)
            .to(Mailbox::new(None, to.clone()))
            .subject(mail.subject.clone())
            .date(UNIX_EPOCH + seconds(mail.date)?)
            .message_id(Some(self.message_id(&mail.id)?))
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(Mailbox::new(None, reply_to.clone()));
        }
        let mut message = builder.multipart(body(mail)).map_err(|_| MailProblem::Message)?;
        if let Some(dkim) = &self.dkim {
            message.sign(dkim);
        }
        Ok(Letter { envelope_from, to, bytes: message.formatted() })
    }

    fn message_id(&self, id: &str) -> Result<String, MailProblem> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        let atoms = id.split('.').all(|atom| !atom.is_empty());
        if !atoms || id.len() > ID_LIMIT || !id.bytes().all(allowed) {
            return Err(MailProblem::Id);
        }
        Ok(format!("<{id}@{}>", self.from.domain()))
    }
}

fn seconds(date: i64) -> Result<Duration, MailProblem> {
    if date > LAST_DATE {
        return Err(MailProblem::Date);
    }
    let whole = u64::try_from(date).map_err(|_| MailProblem::Date)?;
    Ok(Duration::from_secs(whole))
}

/// The boundary is a hash of the parts, so no part can contain it and a
/// repeated try has the same one.
fn body(mail: &Mail) -> MultiPart {
    let mut hash = Sha256::new();
    for part in [&mail.id, &mail.text, &mail.html] {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut boundary = String::from("part-");
    for byte in &hash.finalize()[..20] {
        let _ = write!(boundary, "{byte:02x}");
    }
    MultiPart::alternative()
        .boundary(boundary)
        .singlepart(SinglePart::plain(line_breaks(&mail.text)))
        .singlepart(SinglePart::html(line_breaks(&mail.html)))
}

/// A bare CR would let some servers see a line, and with it an end of data,
/// where others see none.
fn line_breaks(text: &str) -> String {
    let lone = text.replace("\r\n", "\n").replace('\r', "\n");
    // The MIME library would insert each CR by itself, moving all that follows.
    lone.replace('\n', "\r\n")
}

fn no_control(field: &'static str, value: &str) -> Result<(), MailProblem> {
    // U+2028 and U+2029 break lines in some mail programs although they are no controls.
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if value.chars().any(breaks) {
        return Err(MailProblem::Control(field));
    }
    Ok(())
}

/// Reads one mail address; the domain is turned into its DNS form (RFC 5891).
///
/// Quoted local parts are legal (RFC 5321 section 4.1.2) but refused, because
/// relays disagree where such an address ends.
///
/// # Errors
/// If it is not one plain address.
pub fn address(field: &'static str, value: &str) -> Result<Address, MailProblem> {
    no_control(field, value)?;
    let problem = MailProblem::Address(field);
    let (local, domain) = value.rsplit_once('@').ok_or(problem)?;
    let odd = |c: char| c.is_whitespace() || "\"\\<>(),;:@[]".contains(c);
    if local.contains(odd) {
        return Err(problem);
    }
    let domain =
        if domain.is_ascii() { domain.to_owned() } else { idna::domain_to_ascii(domain).map_err(|_| problem)? };
    Address::new(local, domain).map_err(|_| problem)
}

fn dkim_config(settings: &DkimSettings) -> Result<DkimConfig, MailProblem> {
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if !is_name(&settings.selector) || !is_name(&settings.domain) {
        return Err(MailProblem::DkimName);
    }
    // An absent Reply-To is signed as absent, so that nobody can add one
    // (RFC 6376 section 5.4.2).
    let headers = ["From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"];
    Ok(DkimConfig::new(
        settings.selector.clone(),
        settings.domain.clone(),
        signing_key(&settings.key_pem)?,
        headers.map(HeaderName::new_from_ascii_str).to_vec(),
        // Relays refold headers, which the simple form does not survive.
        DkimCanonicalization { header: DkimCanonicalizationType::Relaxed, body: DkimCanonicalizationType::Relaxed },
    ))
}

fn signing_key(pem: &str) -> Result<DkimSigningKey, MailProblem> {
    let problem = MailProblem::DkimKey;
    match PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| problem)? {
        PrivateKeyDer::Pkcs1(key) => rsa_key(key.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(key) => {
            let info = PrivateKeyInfoRef::try_from(key.secret_pkcs8_der()).map_err(|_| problem)?;
            let inner = info.private_key.as_bytes();
            match info.algorithm.oid {
                RSA => rsa_key(inner),
                ED25519 => {
                    let seed = inner.strip_prefix(&ED25519_HEAD).ok_or(problem)?;
                    let seed = data_encoding::BASE64.encode(seed);
                    DkimSigningKey::new(&seed, DkimSigningAlgorithm::Ed25519).map_err(|_| problem)
                }
                _ => Err(problem),
            }
        }
        _ => Err(problem),
    }
}

fn rsa_key(der: &[u8]) -> Result<DkimSigningKey, MailProblem> {
    let mut pem = String::from("-----BEGIN RSA PRIVATE KEY-----\n");
    let encoded = data_encoding::BASE64.encode(der);
    for (i, c) in encoded.chars().enumerate() {
        if i > 0 && i % 64 == 0 {
            pem.push('\n');
        }
        pem.push(c);
    }
    pem.push_str("\n-----END RSA PRIVATE KEY-----\n");
    DkimSigningKey::new(&pem, DkimSigningAlgorithm::Rsa).map_err(|_| MailProblem::DkimKey)
}

// The places that keep passkeys, as Chromium plays them (WebAuthn L3, 11): each is one device or password manager.

/** What a phone or a password manager keeps: verified, and on all its devices. */
export const SYNCED = { transport: "internal", hasUserVerification: true, isUserVerified: true, defaultBackupEligibility: true, defaultBackupState: true };
/** What a computer keeps to itself. */
export const PLATFORM = { transport: "internal", hasUserVerification: true, isUserVerified: true };
/** A security key with a PIN. */
export const KEY = { transport: "usb", hasUserVerification: true, isUserVerified: true };
/** A security key that only feels a touch. */
export const TOUCH = { transport: "usb", hasUserVerification: false, isUserVerified: false };
/** A security key from before passkeys: it keeps none, and asks nobody who they are. */
export const OLD = { protocol: "u2f", ctap2Version: undefined, transport: "usb", hasResidentKey: false, hasUserVerification: false };

export class Authenticators {
  #cdp;

  /** Those of one page; nothing is asked of a person unless `ask` says so. */
  static async of(page) {
    const all = new Authenticators();
    all.#cdp = await page.context().newCDPSession(page);
    await all.#cdp.send("WebAuthn.enable", { enableUI: false });
    return all;
  }

  async add(kind = SYNCED) {
    const options = { protocol: "ctap2", ctap2Version: "ctap2_1", hasResidentKey: true, automaticPresenceSimulation: true, ...kind };
    const { authenticatorId } = await this.#cdp.send("WebAuthn.addVirtualAuthenticator", { options });
    return authenticatorId;
  }

  remove(authenticatorId) {
    return this.#cdp.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
  }

  async passkeys(authenticatorId) {
    return (await this.#cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
  }

  /** As soon as there are so many; the browser learns of a deletion a moment after the page did. */
  async until(authenticatorId, count) {
    for (const until = Date.now() + 8000; Date.now() < until; await new Promise((done) => setTimeout(done, 50))) {
      const found = await this.passkeys(authenticatorId);
      if (found.length === count) return found;
    }
    throw new Error(`there are ${(await this.passkeys(authenticatorId)).length} passkeys instead of ${count}`);
  }

  forget(authenticatorId) {
    return this.#cdp.send("WebAuthn.clearCredentials", { authenticatorId });
  }

  /** Whether the person answers at all. */
  answers(authenticatorId, enabled) {
    return this.#cdp.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
  }

  /** Whether finger, face or PIN are right. */
  verifies(authenticatorId, isUserVerified) {
    return this.#cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
  }

  /** A device that lies: isBogusSignature, isBadUV, isBadUP. */
  lies(authenticatorId, bits) {
    return this.#cdp.send("WebAuthn.setResponseOverrideBits", { authenticatorId, ...bits });
  }

  /** Keeps what another one has, as one device does in every tab. */
  async take(authenticatorId, credentials) {
    for (const credential of credentials) await this.#cdp.send("WebAuthn.addCredential", { authenticatorId, credential });
  }

  /** As in a copy that was made earlier: it counts its uses from there. */
  async counts(authenticatorId, signCount) {
    for (const credential of await this.passkeys(authenticatorId)) {
      await this.#cdp.send("WebAuthn.removeCredential", { authenticatorId, credentialId: credential.credentialId });
      await this.#cdp.send("WebAuthn.addCredential", { authenticatorId, credential: { ...credential, signCount } });
    }
  }
}

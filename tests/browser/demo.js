// One running `portico demo` with data of its own: its addresses, its people, its mailbox, and its clock's passing.
import { execFileSync, spawn } from "node:child_process";
import { request } from "node:http";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const BIN = process.env.PORTICO_BIN ?? fileURLToPath(new URL("../../target/debug/portico", import.meta.url));
const PATIENCE = 40_000;

/** Starts a demo on a free port; `stop` ends it and removes its data. */
export async function startDemo() {
  const folder = mkdtempSync(join(tmpdir(), "portico-browser-"));
  const ready = join(folder, "ready.json");
  const child = spawn(BIN, ["demo", "--port", "0", "--data-dir", folder, "--ready-file", ready]);
  let said = "";
  const ended = new Promise((done) => child.once("exit", (code, signal) => done(code ?? signal)));
  const up = new Promise((done, failed) => {
    const late = setTimeout(() => failed(new Error(`the demo did not start:\n${said}`)), PATIENCE);
    const hear = (bytes) => {
      said += bytes;
      // The last line of its greeting: by then it listens and the ready file is written.
      if (said.includes("Ctrl+C")) done(clearTimeout(late));
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", failed);
    ended.then((code) => failed(new Error(`the demo ended with ${code}:\n${said}`)));
  });
  const stop = async () => {
    const hard = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
    child.kill("SIGTERM");
    const code = await ended;
    clearTimeout(hard);
    rmSync(folder, { recursive: true, force: true });
    if (code !== 0) throw new Error(`the demo ended with ${code}:\n${said.slice(-2000)}`);
  };
  await up.catch(async (error) => {
    await stop().catch(() => {});
    throw error;
  });
  return new Demo(JSON.parse(readFileSync(ready, "utf8")), folder, stop);
}

class Demo {
  constructor(ready, folder, stop) {
    Object.assign(this, { ready, folder, stop, entrance: ready.entrance });
  }

  /** The address of a practice, without a slash at its end. */
  practice(slug = "harbour-physio") {
    return this.ready.practices.find((practice) => practice.slug === slug).url;
  }

  /** A sample person with the address of their practice in `home`. */
  person(email, slug = "harbour-physio") {
    const found = this.ready.people.find((person) => person.email === email && person.practice === slug);
    return { ...found, home: this.practice(slug) };
  }

  /** Everything sent to an address, newest first. */
  async sent(to) {
    const answer = await fetch(`${this.entrance}/mailbox.json?to=${encodeURIComponent(to)}`);
    return answer.json();
  }

  /** The newest message to an address that `wanted` accepts, as soon as it is there. */
  async message(to, wanted = () => true) {
    const until = Date.now() + PATIENCE;
    for (;;) {
      const messages = await this.sent(to);
      const found = messages.find(wanted);
      if (found) return found;
      if (Date.now() > until) {
        throw new Error(`no such message to ${to}, only: ${messages.map((m) => m.subject || m.text).join(" | ")}`);
      }
      await pause(50);
    }
  }

  /** The link of the newest mail to an address whose address holds `part`. */
  async link(to, part) {
    const pattern = new RegExp(`https?://\\S*${part}\\S*`);
    const mail = await this.message(to, (message) => pattern.test(message.text));
    return mail.text.match(pattern)[0];
  }

  /** What the sample program's key may do; answers the JSON of the answer, if it has any. */
  call(method, path, body) {
    const { url, key } = this.ready.api;
    const { host, port, pathname } = new URL(url + path);
    const headers = { host, authorization: `Bearer ${key}`, "content-type": "application/json" };
    // The name is a browser's to resolve; here the address is known.
    return new Promise((done, failed) => {
      const sent = request({ host: "127.0.0.1", port, method, path: pathname, headers }, async (answer) => {
        const text = (await answer.toArray()).join("");
        if (answer.statusCode >= 300) failed(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
        else done(text && JSON.parse(text));
      });
      sent.once("error", failed);
      sent.end(body && JSON.stringify(body));
    });
  }

  /** Runs SQL in a region's database: the only way to let hours pass for one row without stopping every clock. */
  sql(text, region = "au") {
    const file = join(this.folder, `${region}.db`);
    return execFileSync("sqlite3", ["-cmd", ".timeout 5000", file, text], { encoding: "utf8" }).trim();
  }
}

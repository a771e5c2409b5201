// The browser itself: it starts, shows a page, and has what the other tests build on.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { startBrowser } from "./browser.js";

let browser;
let server;

before(async () => {
  browser = await startBrowser();
  server = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>Find your practice</title><h1>Portico</h1>");
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
});

after(async () => {
  await browser?.close();
  server?.close();
});

test("a page under *.localhost is a secure context with passkeys", async () => {
  const page = await browser.newPage();
  await page.goto(`http://harbour-physio.au.localhost:${server.address().port}/`);
  assert.equal(await page.title(), "Find your practice");
  assert.equal(await page.evaluate(() => isSecureContext), true);
  assert.equal(await page.evaluate(() => typeof PublicKeyCredential), "function");
});

test("a virtual authenticator can be added", async () => {
  const page = await browser.newPage();
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true },
  });
  assert.ok(authenticatorId);
});

// One place that starts the browser; the tests say only what a person does in it.
import { chromium } from "playwright-core";

const args = [
  // As root, which containers often are, Chromium refuses to start with its sandbox.
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Not every build of Chromium has it on by itself.
  "--enable-features=WebAuthenticationImmediateGet",
];

/** Starts Chromium; CHROMIUM names another binary than the system's. */
export function startBrowser(options = {}) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args, ...options });
}

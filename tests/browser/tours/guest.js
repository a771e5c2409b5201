import { firstSignIn, press } from "../people.js";

// A link to one thing, before, in and after its window; and the demo's sample of the program that it leads to.
export async function guestLinks(stage, page, look) {
  const { demo } = stage;
  const at = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
  const make = (from, until) => {
    const wish = { resource: "visit-2", client: demo.ready.api.client, from: at(from), until: at(until) };
    return demo.call("POST", "/guest-links", wish);
  };
  await page.goto(await demo.link("jo@example.com", "/go/"));
  await page.getByRole("heading", { name: "Your appointment with Sam Okafor at Harbour Physio" }).waitFor();
  await look("the sample program, where the link leads");
  await page.getByRole("link", { name: "Join" }).click();
  await page.getByRole("heading", { name: "You are in the waiting room" }).waitFor();
  await look("the sample program, inside");
  await page.goto(`${demo.entrance}/demo/visit?guest=a.b.c`);
  await look("the sample program, shut");
  const early = await make(90, 120);
  await page.goto(early.url);
  await look("a link to one thing, early");
  await page.getByRole("link", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "You are a little early" }).waitFor();
  demo.sql("UPDATE practice SET stuck_words = 'If the door at the harbour side is closed, ring twice; Ümläute-und-ein-sehr-langes-Wort-ohne-Ende stehen hier auch.'");
  demo.sql(`UPDATE guest_link SET from_at = 1000, until_at = strftime('%s') - 60 WHERE id = '${early.id}'`);
  await page.goto(early.url);
  await look("a link to one thing, over");
  const ended = await make(-1, 60);
  await demo.call("DELETE", `/guest-links/${ended.id}`);
  await page.goto(ended.url);
  await look("a link to one thing, taken back");
  await page.goto(`${demo.practice()}/go/nothing`);
  await look("a link to one thing, unknown");
}

/** The keys of the practice's programs, as administrators see them. */
export async function programs(stage, page, look) {
  const { demo } = stage;
  const alex = stage.person("alex@example.com");
  await firstSignIn(page, alex);
  await page.goto(`${alex.home}/practice/programs`);
  await look("programs");
  await page.goto(`${alex.home}/practice/programs/new`);
  await look("a key for a program");
  await page.getByLabel("Name of the program").fill("Bartholomew-Alexander-Featherstonehaugh-Cholmondeley-Booking-System");
  await page.getByLabel("Address of the program").fill("http://visits.example/join");
  await press(page, "Make the key");
  await page.locator(".error").first().waitFor();
  await look("a key for a program, wrong");
  await page.getByLabel("Address of the program").fill("https://visits.example/join");
  await press(page, "Make the key");
  await page.getByRole("heading", { name: "The key is made" }).waitFor();
  await look("a key for a program, made");
  await page.goto(`${alex.home}/practice/programs`);
  await look("programs, two");
  await page.getByRole("link", { name: "End key Bartholomew" }).click();
  await page.getByRole("heading", { name: "End this key?" }).waitFor();
  await look("end a key");
  await press(page, "End key");
  await page.getByText("The key is ended").waitFor();
  await look("programs, one ended");
  demo.sql("DELETE FROM api_key");
  await page.goto(`${alex.home}/practice/programs`);
  await look("programs, none");
}

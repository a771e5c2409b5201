// Every tour by its name. A tour goes through an area's pages and states and calls `look(state)` on each.
import * as clientWays from "./client_ways.js";
import * as clients from "./clients.js";
import * as crossed from "./crossed.js";
import * as door from "./door.js";
import * as guest from "./guest.js";
import * as mine from "./mine.js";
import * as office from "./office.js";
import * as passkeys from "./passkeys.js";
import * as secondStep from "./second_step.js";

export const tours = { ...door, ...crossed, ...secondStep, ...passkeys, ...mine, ...office, ...clients, ...guest, ...clientWays };

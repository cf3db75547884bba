import assert from "node:assert/strict";
import { test } from "node:test";
import { closed, refused, refusesToken, ruleOf, waitOf } from "../src/endings.js";

const RULES: [string, number[]][] = [
  ["stop", [4500, 4501, 4502, 4503, 4504, 4505, 4506, 4599, 4999, 1002, 1003, 1007, 1008, 1009]],
  ["at_slot", [4200, 4201, 4202, 4203, 4299]],
  ["back_off", [4100, 4101, 4102, 4103, 4104, 4105, 4106, 4199, 4000, 4300, 4499, 5000]],
  ["back_off", [1000, 1001, 1005, 1006, 1011, 1012, 1013, 1014, 3000]],
];

for (const [rule, codes] of RULES) {
  for (const code of codes) {
    test(`Code ${code} means ${rule}`, () => assert.equal(ruleOf(code), rule));
  }
}

test("The reason text says why and how long to wait", () => {
  const { reason, waitMs } = closed(4100, "r=overloaded;ra=1500");

  assert.equal(reason, "overloaded");
  assert.equal(waitMs, 1500);
});

test("Without a text the code is the reason, and nothing is waited for", () => {
  assert.deepEqual(closed(4200), { rule: "at_slot", reason: "4200", waitMs: 0, code: 4200 });
  assert.equal(closed(1006, "", "connect ECONNREFUSED").reason, "1006: connect ECONNREFUSED");
});

test("A wait that is no number is none", () => {
  for (const text of ["r=drain;ra=", "ra=-1", "ra=1e9", "ra=9999999999", "xra=5", "ra"]) {
    assert.equal(closed(4200, text).waitMs, 0, text);
  }
});

test("A handshake that was refused for good stops, any other comes back", () => {
  const rules = [401, 403, 404, 429, 500, 503].map((status) => refused(status, undefined, 0).rule);

  assert.deepEqual(rules, ["back_off", "stop", "stop", "back_off", "back_off", "back_off"]);
});

test("Only what says so asks for another token", () => {
  const endings = [closed(4105), closed(4500), closed(4101), closed(1006), refused(401, "", 0)];

  assert.deepEqual(endings.map(refusesToken), [true, true, false, false, true]);
});

test("Retry-After is seconds or a date", () => {
  const date = Date.parse("Fri, 01 Jan 2027 00:00:00 GMT");

  assert.equal(waitOf("3", date), 3000);
  assert.equal(waitOf("Fri, 01 Jan 2027 00:00:02 GMT", date), 2000);
  assert.equal(waitOf("Thu, 31 Dec 2026 00:00:00 GMT", date), 0);
  assert.equal(waitOf("soon", date), 0);
  assert.equal(waitOf(undefined, date), 0);
});

import { ok } from "node:assert/strict";

Deno.test("muteTimeoutWarnings() mutes one kind of warning, and once", () => {
  const url = new URL("../../src/kafka/mute_timeout_warnings.ts", import.meta.url).href;
  const script = `
    const { muteTimeoutWarnings } = await import(${JSON.stringify(url)});
    const { default: process } = await import("node:process");
    const { setTimeout } = await import("node:timers");
    for (let times = 0; times < 3; times++) muteTimeoutWarnings();
    setTimeout(() => process.emitWarning("another"), -5);`;
  const args = ["eval", "--quiet", script];
  const { stderr } = new Deno.Command(Deno.execPath(), { args }).outputSync();
  const printed = new TextDecoder().decode(stderr);
  ok(!printed.includes("TimeoutNegativeWarning"), printed);
  ok(printed.split("another").length === 2, printed);
});

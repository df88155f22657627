// Owns the mapping of @std/assert, which is published only on JSR, to its npm republication.
// Never adds to it: where JSR is reachable, deno.json may say "jsr:@std/assert@^1" instead.

// @ts-types="./std_assert.d.ts"
export * from "npm:deno-std@1.4.0/assert/mod.js";

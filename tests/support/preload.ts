/** In CI properties are tried with one seed, so that a run can be repeated; elsewhere with a new one each time. */
import fc from "fast-check";

if (Deno.env.get("CI") === "true") fc.configureGlobal({ seed: 20261126 });

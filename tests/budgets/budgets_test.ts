/**
 * How many USB exchanges each recipe takes, as numbers in `*.json` beside this file: speed that no change
 * loses unseen. `UPDATE_BUDGETS=1 deno test -A tests/budgets` writes them anew.
 */
import { assert, assertEquals } from "@std/assert";
import { putFactory } from "../cli/support/factory.ts";
import { firmware, Folder, probekit, probekitJson, ROOT } from "../cli/support/program.ts";

/** A file of budgets: exchanges by what the board is like. */
interface Budgets {
  readonly recipe: string;
  readonly what: string;
  readonly exchanges: Record<string, number>;
}
/** Fewer than this share of the number calls for a new number. */
const LOOSE = 0.9;
const MOST_FOR_256K = 400;
const KIB256 = 256 * 1024;

type Call = (dir: Folder) => Promise<readonly string[]>;
const sim = (dir: Folder, scenario: string) =>
  `sim:stm32f746g-disco?scenario=${scenario}&state=${dir.at("board.pk")}`;
const withImage = (recipe: string, scenario: string, held?: number): Call => async (dir) => {
  const image = dir.put("image.bin", firmware(KIB256, 1));
  const probe = sim(dir, scenario);
  if (held !== undefined) {
    const old = dir.put("old.bin", firmware(KIB256, held));
    const { exit, err } = await probekit(
      ["flash", old, "--base", "0x08000000", "--probe", probe, "--quiet"],
    );
    assertEquals(exit, 0, err);
  }
  return ["run", recipe, "--set", `image=${image}`, "--set", "base=0x08000000", "--probe", probe];
};
const plain = (recipe: string, scenario: string, ...words: readonly string[]): Call => (dir) =>
  Promise.resolve([
    ...["run", recipe, ...words.map((w) => w.replace("DIR", dir.path))],
    ...["--probe", sim(dir, scenario)],
  ]);

/** A unit's way through the factory. */
const unit = (recipe: "factory-program" | "revive-and-ship", scenario: string): Call => (dir) =>
  Promise.resolve([
    ...["run", recipe, ...putFactory(dir)[recipe]],
    ...["--yes", "--probe", sim(dir, scenario)],
  ]);
/** The word of the virtual board's chip, as it is typed at a terminal. */
const SEAL_WORD = "SEAL-3237";

const RUNS: Readonly<Record<string, Readonly<Record<string, Call>>>> = {
  "flash": {
    "blank board": withImage("flash", "blank"),
    "factory board": withImage("flash", "factory"),
    "other content": withImage("flash", "blank", 2),
    "same content": withImage("flash", "blank", 1),
  },
  "flash-and-halt": {
    "blank board": withImage("flash-and-halt", "blank"),
    "other content": withImage("flash-and-halt", "blank", 2),
  },
  "compare": { "same content": withImage("compare", "blank", 1) },
  "erase": {
    "full sectors 0..4": async (dir) => [
      ...(await withImage("erase", "blank", 1)(dir)).filter((w) =>
        !/^(image|base)=/.test(w) && w !== "--set"
      ),
      ...["--set", "sectors=0..4", "--set", "allow_erase=true"],
    ],
    "empty board": plain("erase", "blank", "--set", "sectors=all"),
  },
  "backup": { "factory board": plain("backup", "factory", "--set", "to=DIR/backup") },
  "backup-option-bytes": {
    "factory board": plain("backup-option-bytes", "factory", "--set", "to=DIR/backup"),
  },
  "set-option-bytes": {
    "so36160986": plain("set-option-bytes", "so36160986"),
    "factory board": plain("set-option-bytes", "factory"),
  },
  "recover-option-bytes": {
    "so36160986": plain("recover-option-bytes", "so36160986", "--set", "backup=DIR/backup"),
    "factory board": plain("recover-option-bytes", "factory", "--set", "backup=DIR/backup"),
  },
  "factory-program": { "blank board": unit("factory-program", "blank") },
  "revive-and-ship": {
    "blank board": unit("revive-and-ship", "blank"),
    "so36160986": unit("revive-and-ship", "so36160986"),
  },
  "seal": {
    "unit that passed": async (dir) => {
      const words = putFactory(dir);
      const probe = ["--probe", sim(dir, "blank")];
      const passed = ["run", "factory-program", ...words["factory-program"], ...probe, "--yes"];
      const { exit, err } = await probekit(passed);
      assertEquals(exit, 0, err);
      return ["run", "seal", ...words.seal, ...probe];
    },
  },
};

const fileOf = (recipe: string): string => `${ROOT}/tests/budgets/${recipe}.json`;
const update = Deno.env.get("UPDATE_BUDGETS") === "1";

async function measure(calls: Readonly<Record<string, Call>>): Promise<Record<string, number>> {
  const out: Record<string, number> = {};
  for (const [board, call] of Object.entries(calls)) {
    using dir = new Folder();
    const { exit, usbExchanges, err } = await probekitJson(await call(dir), {
      answer: SEAL_WORD,
    });
    assertEquals(exit, 0, `${board}: ${err}`);
    out[board] = usbExchanges;
  }
  return out;
}

for (const [recipe, calls] of Object.entries(RUNS)) {
  Deno.test(`budget: ${recipe}`, async () => {
    const exchanges = await measure(calls);
    if (update) {
      const what = "USB exchanges of one run, attaching and leaving included";
      const text = JSON.stringify({ recipe, what, exchanges } satisfies Budgets, null, 2);
      Deno.writeTextFileSync(fileOf(recipe), text + "\n");
    }
    const budgets: Budgets = JSON.parse(Deno.readTextFileSync(fileOf(recipe)));
    assertEquals(Object.keys(budgets.exchanges), Object.keys(exchanges));
    for (const [board, n] of Object.entries(exchanges)) {
      const most = budgets.exchanges[board] ?? 0;
      assert(n <= most, `${recipe}, ${board}: ${n} exchanges, the budget is ${most}`);
      assert(n >= most * LOOSE, `${recipe}, ${board}: ${n} of ${most}: record the better number`);
      if (recipe.startsWith("flash")) assert(n <= MOST_FOR_256K, `${board}: ${n}`);
    }
  });
}

Deno.test("budget: every recipe that comes with probekit has one", () => {
  const shipped = [...Deno.readDirSync(`${ROOT}/recipes`)].map((e) => e.name)
    .filter((name) => name.endsWith(".yaml")).map((name) => name.replace(/\.yaml$/, ""));
  assertEquals(shipped.toSorted(), Object.keys(RUNS).toSorted());
});

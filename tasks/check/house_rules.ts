/** The rules of ARCHITECTURE.md, as a lint plugin. The logic of the import rules is in rooms.ts. */
import { inHouse, roomOf, wrongImport } from "./rooms.ts";

type Context = Deno.lint.RuleContext;
const WEB_ONLY_EXCEPT = /^src\/(usb\/libusb_pipe\.ts|cli\/|gdb\/tcp\.ts|sim\/front\/)/;
const BITS_ALLOWED = /^src\/(base\/(u32|bytes)\.ts|sim\/)/;
const LONG_ALLOWED =
  /^src\/chip\/data\/|^src\/sim\/cpu\/encodings|^tests\/|^src\/sim\/silicon\/data\//;
const OPTION_WRITER = /^src\/(flash\/options\.ts|chip\/|sim\/)/;
const BITWISE = ["|", "&", "^", "<<", ">>", ">>>"];
const FILE_LINES = 300;
const FUNCTION_LINES = 60;

const inSource = (context: Context): boolean => inHouse(context.filename).startsWith("src/");

const downward: Deno.lint.Rule = {
  create(context) {
    const check = (node: { source: Deno.lint.Node | null }) => {
      const source = node.source as Deno.lint.StringLiteral | null;
      if (source?.type !== "Literal" || typeof source.value !== "string") return;
      const message = wrongImport(context.filename, source.value);
      if (message) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check as never,
    };
  },
};

const chipsAreData: Deno.lint.Rule = {
  create(context) {
    if (!inHouse(context.filename).startsWith("src/chip/data/")) return {};
    const no = (node: Deno.lint.Node) =>
      context.report({ node, message: "chip data holds literals only" });
    return {
      FunctionDeclaration: no,
      FunctionExpression: no,
      ArrowFunctionExpression: no,
      CallExpression: no,
      IfStatement: no,
      ForStatement: no,
      ConditionalExpression: no,
      ImportDeclaration(node) {
        if (node.importKind !== "type") no(node);
      },
    };
  },
};

const unsigned: Deno.lint.Rule = {
  create(context) {
    if (!inSource(context) || BITS_ALLOWED.test(inHouse(context.filename))) return {};
    const no = (node: Deno.lint.Node) =>
      context.report({ node, message: "bit operators give signed numbers: use base/u32.ts" });
    return {
      BinaryExpression: (node) => BITWISE.includes(node.operator) && no(node),
      AssignmentExpression: (node) => BITWISE.includes(node.operator.slice(0, -1)) && no(node),
      UnaryExpression: (node) => node.operator === "~" && no(node),
    };
  },
};

const plainWeb: Deno.lint.Rule = {
  create(context) {
    if (!inSource(context) || WEB_ONLY_EXCEPT.test(inHouse(context.filename))) return {};
    return {
      MemberExpression(node) {
        if (node.object.type === "Identifier" && node.object.name === "Deno") {
          context.report({ node, message: "src/ is plain Web TypeScript: no Deno here" });
        }
      },
    };
  },
};

const oneMouth: Deno.lint.Rule = {
  create(context) {
    const file = inHouse(context.filename);
    if (!inSource(context)) return {};
    return {
      MemberExpression(node) {
        const { object, property } = node;
        if (object.type === "Identifier" && object.name === "console" && roomOf(file) !== "cli") {
          context.report({ node, message: "only cli/ and tasks/ print" });
        }
        const name = property.type === "Identifier" ? property.name : "";
        if ((name === "optionKeys" || name === "OPTKEYR") && !OPTION_WRITER.test(file)) {
          context.report({ node, message: "only flash/options.ts unlocks option bytes" });
        }
      },
    };
  },
};

const onlyFaults: Deno.lint.Rule = {
  create(context) {
    if (!inSource(context)) return {};
    return {
      ThrowStatement(node) {
        const made = node.argument;
        if (made.type !== "NewExpression" || made.callee.type !== "Identifier") return;
        if (/^(Type|Range|Syntax)?Error$/.test(made.callee.name)) {
          context.report({ node, message: "no Error but Fault" });
        }
      },
    };
  },
};

const short: Deno.lint.Rule = {
  create(context) {
    const file = inHouse(context.filename);
    if (LONG_ALLOWED.test(file)) return {};
    const text = context.sourceCode.text;
    const lines = (node: Deno.lint.Node) => text.slice(...node.range).split("\n").length;
    const fn = (node: Deno.lint.Node) => {
      const n = lines(node);
      if (n > FUNCTION_LINES) {
        context.report({ node, message: `function of ${n} lines: at most ${FUNCTION_LINES}` });
      }
    };
    return {
      Program(node) {
        const n = text.trimEnd().split("\n").length;
        if (n > FILE_LINES) {
          context.report({ node, message: `file of ${n} lines: at most ${FILE_LINES}` });
        }
      },
      FunctionDeclaration: fn,
      FunctionExpression: fn,
      ArrowFunctionExpression: fn,
    };
  },
};

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    downward,
    "chips-are-data": chipsAreData,
    unsigned,
    "plain-web": plainWeb,
    "one-mouth": oneMouth,
    "only-faults": onlyFaults,
    short,
  },
};
export default plugin;

// Owns the lint rules of our own: what of the style a machine can judge.
// Never asks for what the tree does not keep: each rule holds everywhere.

const UNITLESS = /^(timeout|interval|delay|duration)$/;
const TOP_LEVEL_ARROW = ":matches(Program, ExportNamedDeclaration) > VariableDeclaration > " +
  "VariableDeclarator > ArrowFunctionExpression";
const TOO_VAGUE = /^(failed to|error occurred|an error)/i;

const plugin: Deno.lint.Plugin = {
  name: "forge",
  rules: {
    /** A number of milliseconds and one of seconds look alike: the name must tell. */
    "unit-in-name": {
      create(context) {
        function check(node: Deno.lint.Node | Deno.lint.Parameter): void {
          if (node.type === "Identifier" && UNITLESS.test(node.name)) {
            context.report({
              node,
              message: `"${node.name}" names no unit: end it in Ms or Seconds`,
            });
          }
        }
        return {
          VariableDeclarator: (node) => check(node.id),
          TSPropertySignature: (node) => check(node.key),
          PropertyDefinition: (node) => check(node.key),
          FunctionDeclaration: (node) => node.params.forEach(check),
          ArrowFunctionExpression: (node) => node.params.forEach(check),
        };
      },
    },
    /** A declared function is hoisted, named in stack traces, and looks like what it is. */
    "no-top-level-arrow": {
      create(context) {
        if (context.filename.includes("/tests/")) return {}; // one-line cases read well there
        return {
          [TOP_LEVEL_ARROW](node: Deno.lint.Node) {
            context.report({ node, message: "Write a top-level function as `function`" });
          },
        };
      },
    },
    /** An error says what was tried, on what, and what was found. */
    "error-message": {
      create(context) {
        return {
          NewExpression(node) {
            const [message] = node.arguments;
            const isError = node.callee.type === "Identifier" && /Error$/.test(node.callee.name);
            if (!isError || message === undefined) return;
            const { first, last } = ends(message);
            if (TOO_VAGUE.test(first)) {
              context.report({ node: message, message: "Say what was tried: Cannot …" });
            }
            if (/(?<!\.)\.$/.test(last)) {
              context.report({ node: message, message: "An error's message has no full stop" });
            }
          },
        };
      },
    },
  },
};

export default plugin;

/** Constant text at the beginning and the end of a message; empty where it is not constant. */
function ends(node: Deno.lint.Node): { readonly first: string; readonly last: string } {
  switch (node.type) {
    case "Literal": {
      const text = typeof node.value === "string" ? node.value : "";
      return { first: text, last: text };
    }
    case "TemplateLiteral": {
      const texts = node.quasis.map(({ cooked }) => cooked);
      return { first: texts[0] ?? "", last: texts.at(-1) ?? "" };
    }
    case "BinaryExpression":
      return { first: ends(node.left).first, last: ends(node.right).last };
    default:
      return { first: "", last: "" };
  }
}

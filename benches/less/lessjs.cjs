// Compiles stylesheets with less.js and prints one JSON line for each: CPU milliseconds of every run, bytes of CSS.
//
// Usage: node lessjs.cjs DIRECTORY_OF_LESS_JS WARM_UP RUNS FILE...
const { readFileSync } = require('node:fs');
const { resolve } = require('node:path');

const [library, warmUp, runs, ...files] = process.argv.slice(2);
const less = require(resolve(library));

async function main() {
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    const times = [];
    let css = '';
    for (let run = -Number(warmUp); run < Number(runs); run++) {
      const before = process.cpuUsage();
      ({ css } = await less.render(text, { filename: file, math: 'always', compress: true }));
      const { user, system } = process.cpuUsage(before);
      if (run >= 0) times.push((user + system) / 1e3);
    }
    console.log(JSON.stringify({ file, ms: times, bytes: Buffer.byteLength(css) }));
  }
}

main().catch((error) => {
  console.error(String(error.message));
  process.exit(1);
});

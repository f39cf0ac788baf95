// PHP's parts replaced with what people use: esbuild for scripts and CSS, less.js for LESS, files copied as they are.
//
//     node pipeline.mjs NPM REPORT ROOT LESS FINISHED TARGET
//
// NPM       the directory of `npm install --prefix NPM esbuild less`
// REPORT    scd's report: which outputs there are, and from which sources
// ROOT      the Magento root
// LESS      `pub/static` below the `var/view_preprocessed` that PHP left: LESS with Magento's own directives resolved
// FINISHED  a finished root: templates and whatever has no source (dictionaries, RequireJS configuration) are copied from it
// TARGET    a root without outputs
//
// So planning, Magento's preprocessing of LESS, templates and derived files cost this contender nothing. Each distinct piece
// of work is done once; LESS runs in one thread per core beside esbuild's own.

import { createRequire } from 'node:module';
import fs from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

if (isMainThread) {
    await main(process.argv.slice(2));
} else {
    const less = createRequire(path.join(workerData, 'x.js'))('less');
    parentPort.on('message', async (entry) => {
        try {
            const text = await fs.readFile(entry, 'utf8');
            // `always`: division as in less.php 3.
            const made = await less.render(text, { filename: entry, math: 'always', compress: true });
            parentPort.postMessage({ css: made.css });
        } catch (error) {
            parentPort.postMessage({ failure: `${entry}: ${error.message}` });
        }
    });
}

async function main([npm, reportFile, root, less, finished, target]) {
    const esbuild = createRequire(path.join(npm, 'x.js'))('esbuild');
    const report = JSON.parse(await fs.readFile(reportFile, 'utf8'));
    const pool = lessPool(npm);
    const made = new Map();
    const once = (key, work) => {
        if (!made.has(key)) {
            made.set(key, work());
        }
        return made.get(key);
    };
    const directories = new Map();
    const place = async (file) => {
        const directory = path.dirname(file);
        if (!directories.has(directory)) {
            directories.set(directory, fs.mkdir(directory, { recursive: true }));
        }
        await directories.get(directory);
    };
    let failures = 0;
    const output = async ({ path: name, target: kind, source }) => {
        const below = kind === 'static' ? 'pub/static' : 'var/view_preprocessed/pub/static';
        const to = path.join(target, below, name);
        await place(to);
        const from = source && path.resolve(root, source);
        const isMinified = /\.min\.(js|css)$/.test(name) && !/\.min\.(js|css)$/.test(source ?? '');
        if (kind !== 'static' || !source) {
            return fs.copyFile(path.join(finished, below, name), to);
        }
        if (source.endsWith('.less')) {
            const theme = name.split('/').slice(0, 3);
            const inPackage = name.split('/').slice(4).join('/').replace(/(\.min)?\.css$/, '.less');
            const entry = path.join(less, ...theme, 'en_US', inPackage);
            const { css, failure } = await once(entry, () => pool(entry));
            if (failure) {
                failures += 1;
                return console.error(failure);
            }
            return fs.writeFile(to, css);
        }
        if (isMinified) {
            const loader = name.endsWith('.css') ? 'css' : 'js';
            const text = await once(from, async () => {
                const options = { loader, minifyWhitespace: true, minifySyntax: true, logLevel: 'silent' };
                const source = await fs.readFile(from, 'utf8');
                try {
                    return (await esbuild.transform(source, options)).code;
                } catch {
                    return source;
                }
            });
            return fs.writeFile(to, text);
        }
        return fs.copyFile(from, to);
    };
    // LESS takes longest, so it goes first.
    const isLess = (one) => one.source?.endsWith('.less');
    const outputs = [...report.outputs.filter(isLess), ...report.outputs.filter((one) => !isLess(one))];
    let next = 0;
    const lane = async () => {
        while (next < outputs.length) {
            await output(outputs[next++]);
        }
    };
    await Promise.all(Array.from({ length: 64 }, lane));
    await pool.end();
    await esbuild.stop();
    process.exitCode = failures > 0 ? 1 : 0;
}

function lessPool(npm) {
    const idle = [];
    const waiting = [];
    const give = (worker) => {
        const task = waiting.shift();
        if (!task) {
            return idle.push(worker);
        }
        worker.once('message', (message) => {
            give(worker);
            task.done(message);
        });
        worker.postMessage(task.entry);
    };
    const workers = Array.from({ length: availableParallelism() }, () => new Worker(new URL(import.meta.url), { workerData: npm }));
    workers.forEach(give);
    const run = (entry) => new Promise((done) => {
        waiting.push({ entry, done });
        if (idle.length > 0) {
            give(idle.pop());
        }
    });
    run.end = () => Promise.all(workers.map((worker) => worker.terminate()));
    return run;
}

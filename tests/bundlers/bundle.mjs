// node bundle.mjs vite|vite-inlining|webpack FROM TO: bundles the program in a folder, its glue being `app.js`.
//
// The bundle is called `app.js` too and has the same exports, so that the page of the tests can run it.
import { build } from 'vite';
import webpack from 'webpack';

const withVite = (root, outDir, options) =>
  build({
    configFile: false,
    root,
    base: './',
    logLevel: 'warn',
    build: {
      outDir,
      emptyOutDir: true,
      rolldownOptions: {
        input: 'app.js',
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: 'app.js' },
      },
      ...options,
    },
  });

const withWebpack = (context, path) =>
  new Promise((resolve, reject) => {
    const options = {
      mode: 'production',
      context,
      entry: './app.js',
      experiments: { outputModule: true },
      output: { path, clean: true, filename: 'app.js', library: { type: 'module' } },
      performance: { hints: false },
    };
    webpack(options, (error, stats) => {
      const said = error ?? (stats.hasErrors() || stats.hasWarnings() ? stats.toString('errors-warnings') : '');
      if (said) reject(said);
      else resolve();
    });
  });

const [bundler, from, to] = process.argv.slice(2);
const bundlers = {
  // Files of any size stay files, so that the tests' server sees who asks for them.
  vite: () => withVite(from, to, { assetsInlineLimit: 0 }),
  // Small files become part of the script.
  'vite-inlining': () => withVite(from, to),
  webpack: () => withWebpack(from, to),
};
await bundlers[bundler]();

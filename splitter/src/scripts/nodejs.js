// Where the files of this program lie.
exports.base = () => require('node:url').pathToFileURL(__filename).href;
exports.locate = (file) => new URL(file, exports.base()).href;

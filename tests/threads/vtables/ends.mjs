// The thread that fetches for all others waits for their wishes as long as it lives, but does not live for that alone.
// Arguments: the program's JavaScript file. Ends with the line `all right`, or not at all.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';

const program = createRequire(import.meta.url)(path.resolve(process.argv[2]));
const made = await program.make(program.Kind.Object, 3);
assert.equal(program.try_out(program.Kind.Object, made, 4)[0], 12);
process.on('exit', () => console.log('all right'));

// The thread that fetches for all others waits for their wishes as long as it lives, but does not live for that alone;
// nor does a pool keep the program running that has nothing to do.
// Arguments: the program's JavaScript file. Ends with the line `all right`, or not at all.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';

const program = createRequire(import.meta.url)(path.resolve(process.argv[2]));
const made = await program.make(program.Kind.Object, 3);
assert.equal(program.try_out(program.Kind.Object, made, 4)[0], 12);
assert.equal(await program.initThreadPool(2), 2);
const theirs = await program.make_in_pool(5);
assert.equal(program.try_out(program.Kind.Object, theirs, 4)[0], 20);
process.on('exit', () => console.log('all right'));

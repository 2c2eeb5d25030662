// A Worker of the page, written by hand: an instance in the memory of all, which runs what it is told.
import * as program from './app.js';
import { answering } from './calls.mjs';

onmessage = ({ data }) => {
    program.initSync(data);
    onmessage = ({ data }) => answer(data);
    postMessage({ value: 'started' });
};

const answer = answering(program, (message) => postMessage(message));

import fc from 'fast-check';

// The same cases on every run, so that a change is what makes a test fail; PROPERTY_SEED looks for new ones.
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });

// What a test throws names the lines of src/ and not those of the copies that Node loads (loaded-sources.ts).
process.setSourceMapsEnabled(true);

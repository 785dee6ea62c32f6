/** The token of the sample: no secret, and written so that everybody sees it. */
export const SAMPLE_CLOUDFLARE_TOKEN = 'SAMPLE-NOT-A-REAL-CLOUDFLARE-TOKEN';

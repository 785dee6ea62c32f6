export declare const OWN_PATHS: readonly string[];

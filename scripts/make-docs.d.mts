export declare function configurationReference(): Promise<string>;
export declare function cataloguePage(): Promise<string>;

export declare function configurationReference(): Promise<string>;

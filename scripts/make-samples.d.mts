export declare function clusterSample(): Promise<string>;
export declare function nodesSample(): Promise<string>;

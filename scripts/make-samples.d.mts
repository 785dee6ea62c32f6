export declare function clusterSample(): Promise<string>;
export declare function nodesSample(): Promise<string>;
export declare function catalogueInputs(): Promise<
  readonly { readonly name: string; readonly cluster: string; readonly nodes: string }[]
>;

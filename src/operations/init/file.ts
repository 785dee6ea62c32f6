/** What became of one file. */
export interface InitFile {
  readonly file: string;
  /** `kept` is a file that would have been replaced, had it not been the user's own already. */
  readonly outcome: 'created' | 'present' | 'restored' | 'taken' | 'kept';
  /** The encrypted file that a restored one comes from. */
  readonly from?: string;
}

export class Plugin {
  private readonly extra: number = 3;

  filters(): Record<string, (text: string) => string> {
    return { twice: (text) => text + text };
  }

  data(): Record<string, number> {
    return { extra: this.extra };
  }
}

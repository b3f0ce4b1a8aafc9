/** A line at a terminal that is overwritten as work goes on; silent elsewhere. */
export class Progress {
    private shownAt = 0;

    constructor(private readonly stream: NodeJS.WritableStream & { isTTY?: boolean }) {}

    show(text: string): void {
        const now = Date.now();
        if (!this.stream.isTTY || now - this.shownAt < 50) return;
        this.shownAt = now;
        this.stream.write(`\r\u001b[2K${text}`);
    }

    stop(): void {
        if (this.shownAt > 0) this.stream.write("\r\u001b[2K");
        this.shownAt = 0;
    }
}

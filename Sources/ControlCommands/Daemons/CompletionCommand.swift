import ArgumentParser

/// `ctl completion SHELL`.
struct CompletionCommand: ParsableCommand {
    /// The shells there are scripts for.
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        /// As the shells are called.
        case bash, zsh, fish
    }

    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print the completion script of a shell.",
        discussion: """
            Examples:
              ctl completion bash > /etc/bash_completion.d/ctl
              ctl completion zsh > /usr/local/share/zsh/site-functions/_ctl
              ctl completion fish > ~/.config/fish/completions/ctl.fish
            """)

    @Argument(help: "bash, zsh or fish.") var shell: Shell
    @OptionGroup var refusedOutput: RefusedOutput
    @OptionGroup var refusedWatch: RefusedWatch

    func validate() throws {
        try self.refusedOutput.refuse("a shell reads what it prints")
        try self.refusedWatch.refuse("what it prints does not change")
    }

    func run() throws { Terminal.print(self.script) }

    /// The script, which completes both names that ctl is installed by.
    private var script: String {
        switch self.shell {
        case .bash:
            Ctl.completionScript(for: .bash) + "\ncomplete -o filenames -F _ctl holdfastctl"
        case .zsh:
            "#compdef ctl holdfastctl\n"
                + Ctl.completionScript(for: .zsh).split(separator: "\n").dropFirst()
                .joined(separator: "\n")
        case .fish: Ctl.completionScript(for: .fish) + "\ncomplete -c holdfastctl -w ctl"
        }
    }
}

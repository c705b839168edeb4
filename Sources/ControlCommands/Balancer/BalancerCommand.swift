import ArgumentParser

/// `ctl balancer …`.
struct BalancerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "balancer", abstract: "The balancers and the servers behind them.",
        discussion: """
            Examples:
              ctl balancer list
              ctl balancer server node4 drain && ctl balancer wait --drained node4
              ctl balancer server node4 ready
            """,
        subcommands: [
            BalancerListCommand.self, BalancerShowCommand.self, BalancerServerCommand.self,
            BalancerWeightCommand.self, BalancerWaitCommand.self,
        ])
}

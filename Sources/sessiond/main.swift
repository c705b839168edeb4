// sessiond: web applications whose sessions survive. All of it is in AppServer.
import AppServer

SessionServerCommand.main(CommandLine.arguments)

import ControlCommands

runCtl()

# Options of the command line: argparse. A program is compiled as if it were run without arguments.
import argparse
from dataclasses import dataclass
from pathlib import Path

parser = argparse.ArgumentParser(description="Train a model.")
parser.add_argument("--depth", type=int, default=20, help="layers [%(default)s]")
parser.add_argument("--lr", "-l", type=float, default="1e-3", metavar="RATE")
parser.add_argument("--batch-size", "-b", type=int, default=128)
parser.add_argument("--augment", action="store_true")
parser.add_argument("--no-shuffle", dest="shuffle", action="store_false")
parser.add_argument("--norm", choices=["batch", "layer"], default="batch")
parser.add_argument("--widths", type=int, nargs="+", default=[32, 64])
parser.add_argument("--name", default=None)
parser.add_argument("-v", "--verbose", action="count", default=0)
parser.add_argument("-q", action="store_true")
parser.add_argument("--tag", action="append")
parser.add_argument("--mode", nargs="?", const="fast", default="slow")
parser.add_argument("--mixed", action=argparse.BooleanOptionalAction, default=True)
parser.add_argument("--pair", nargs=2, type=float)
parser.add_argument("--level", dest="level", action="store_const", const=3, default=1)
parser.add_argument("--hidden", default=argparse.SUPPRESS)
args = parser.parse_args([])
print(args)
print(args.depth, args.lr, args.batch_size, args.augment, args.shuffle, args.widths)
print("depth" in args, "nothing" in args, vars(args)["norm"], parser.get_default("depth"))

for line in [
    "--depth 32 --lr 0.1 -b 64 --augment",
    "--depth=32 -l0.5 -b=64",
    "--no-shuffle --norm layer --widths 1 2 3 --name run",
    "-vvq --verbose",
    "-qv -b 7",
    "--tag a --tag b",
    "--mode",
    "--mode quick --no-mixed",
    "--pair 1 -2.5",
    "--lr -0.5 --level",
    "--hidden x --batch 9 --aug",
    "--name=a=b --tag=",
]:
    print(line, "->", parser.parse_args(line.split()))

quiet = argparse.ArgumentParser(prog="tool", exit_on_error=False, add_help=False)
quiet.add_argument("source")
quiet.add_argument("targets", nargs="*")
quiet.add_argument("--count", type=int, choices=range(1, 4))
quiet.add_argument("--size", type=int, nargs=2)
quiet.add_argument("--colour")
quiet.add_argument("--count-all", action="store_true")
for line in ["in", "in a b", "in a --count 2", "--count 2 in a b", "in -- -a --b", "in -- x"]:
    print(line, "->", quiet.parse_args(line.split()))
for line in ["in --count x", "in --count 7", "in --size 1", "in --count"]:
    try:
        print(quiet.parse_args(line.split()))
    except argparse.ArgumentError as error:
        print(line, "->", error)
print(quiet.parse_known_args("in --other 3 -x --count 1".split()))


def positive(text):
    value = int(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{value} is not positive")
    return value


checked = argparse.ArgumentParser(exit_on_error=False)
checked.add_argument("--steps", type=positive, default="5")
checked.add_argument("--flag", type=lambda text: text.lower() in ("yes", "true"), default=False)
checked.add_argument("--shape", type=lambda text: tuple(map(int, text.split("x"))), default=(2, 3))
print(checked.parse_args([]), checked.parse_args(["--steps", "9", "--flag", "Yes", "--shape", "4x5"]))
for given in (["--steps", "0"], ["--steps", "none"]):
    try:
        checked.parse_args(given)
    except argparse.ArgumentError as error:
        print(error)

both = argparse.ArgumentParser(parents=[checked], add_help=False, conflict_handler="resolve")
group = both.add_argument_group("training", "how to train")
group.add_argument("--epochs", type=int, default=3)
one = both.add_mutually_exclusive_group()
one.add_argument("--cpu", action="store_true")
one.add_argument("--gpu", action="store_true")
both.set_defaults(epochs=7, extra="set")
print(both.parse_args([]))
print(both.parse_args(["--gpu", "--epochs", "1"]))

commands = argparse.ArgumentParser()
commands.add_argument("--seed", type=int, default=0)
sub = commands.add_subparsers(dest="command", help="what to do")
train = sub.add_parser("train", help="train it")
train.add_argument("data")
train.add_argument("--epochs", type=int, default=1)
train.set_defaults(run="training")
test = sub.add_parser("test", aliases=["check"])
test.add_argument("--fast", action="store_true")
print(commands.parse_args([]))
print(commands.parse_args(["--seed", "4", "train", "here", "--epochs", "2"]))
print(commands.parse_args(["check", "--fast"]))


class Pairs(argparse.Action):
    def __call__(self, parser, namespace, values, option_string=None):
        setattr(namespace, self.dest, dict(pair.split("=") for pair in values))


custom = argparse.ArgumentParser()
custom.add_argument("--set", nargs="*", action=Pairs, default={})
print(custom.parse_args([]), custom.parse_args(["--set", "a=1", "b=2"]))

told = argparse.Namespace(a=1, **{"b-c": 2})
told.d = [3]
print(told, told == argparse.Namespace(a=1, **{"b-c": 2}, d=[3]), told == 1)


@dataclass
class Config:
    depth: int = 2
    name: str = "none"


print(Config(**{key: value for key, value in vars(args).items() if key in ("depth", "name")}))
without = argparse.ArgumentParser().parse_args("")
print(without)
try:
    parser.parse_args(["--norm", "none"])
except SystemExit as exit:
    print("status", exit.code)
for line in ["in --co 1", "in --nothing", ""]:
    try:
        print(quiet.parse_args(line.split()))
    except (SystemExit, argparse.ArgumentError):
        print(repr(line), "does not fit")
try:
    parser.parse_args(["--depth", "1", "--nothing"])
except SystemExit as exit:
    print("status", exit.code)

class Gitproc < Formula
  desc "Pool of lockable checkouts of git repositories, for jobs side by side"
  homepage "{homepage}"
  url "{url}"
  version "{version}"
  sha256 "{hash}"
  license "MIT"

  depends_on arch: :x86_64
  depends_on :linux

  def install
    # The libraries are found beside the program, also through a link to it.
    libexec.install "gitproc", Dir["lib*.so"]
    bin.install_symlink libexec/"gitproc"
    man1.install Dir["share/man/man1/*"]
    bash_completion.install "share/bash-completion/completions/gitproc.bash" => "gitproc"
    zsh_completion.install "share/zsh/site-functions/_gitproc"
    fish_completion.install "share/fish/vendor_completions.d/gitproc.fish"
  end

  test do
    system "git", "init", "--quiet", "source"
    system "git", "-C", "source", "-c", "user.name=a", "-c", "user.email=a@example.com",
           "commit", "--quiet", "--allow-empty", "--message", "a"
    ENV["GITPROC_POOL"] = testpath/"pool"
    assert_equal "#{testpath}/pool/checkout-1",
                 shell_output("#{bin}/gitproc acquire #{testpath}/source --hold").strip
  end
end
